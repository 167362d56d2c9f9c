// A stand-in for pulumi-language-nodejs, for closed networks only.
//
// The official language host comes with the official Pulumi CLI and is always preferred. Where that download is out of reach,
// the CLI is built with Go, but its Node language host is not served as a Go module: this file then takes its place. It serves
// Pulumi's LanguageRuntime over gRPC, as far as running programs, dynamic providers and policy packs needs it, with the
// generated code of the project's own @pulumi/pulumi. It does not install dependencies and generates no code.

import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Exit code of @pulumi/pulumi/cmd/run that means: the error has been shown already. */
const ALREADY_REPORTED = 32;

const engineAddress = process.argv.slice(2).findLast((argument) => !argument.startsWith("-")) ?? "";
const requireFromProgram = createRequire(join(process.cwd(), "program.js"));
const requireFromPulumi = createRequire(requireFromProgram.resolve("@pulumi/pulumi"));
const grpc = requireFromPulumi("@grpc/grpc-js");
const language = requireFromProgram("@pulumi/pulumi/proto/language_pb.js");
const plugin = requireFromProgram("@pulumi/pulumi/proto/plugin_pb.js");
const service = requireFromProgram("@pulumi/pulumi/proto/language_grpc_pb.js").LanguageRuntimeService;
const Empty = requireFromPulumi("google-protobuf/google/protobuf/empty_pb.js").Empty;

/** @typedef {any} Message a message or a call of the generated code, which is found only when the host runs */

/** @type {Set<import("node:child_process").ChildProcess>} */
const children = new Set();

/**
 * The runtime options of Pulumi.yaml that the official host knows too: typescript, tsconfig, nodeargs.
 * @param {Message} info
 */
function optionsOf(info) {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const nodeArguments = options.nodeargs ? String(options.nodeargs).split(/\s+/).filter(Boolean) : [];
  /** @type {Record<string, string>} */
  const environment = { PULUMI_NODEJS_TYPESCRIPT: options.typescript === false ? "false" : "true" };
  if (options.tsconfig) environment.PULUMI_NODEJS_TSCONFIG_PATH = String(options.tsconfig);
  return { nodeArguments, environment };
}

/**
 * Starts one of @pulumi/pulumi's own entry scripts with Node, the version that runs this host.
 * @param {string} script
 * @param {string} folder
 * @param {string[]} parameters
 * @param {Message} info
 * @param {Record<string, string>} environment
 * @param {"inherit" | "pipe"} stdio
 * @returns {import("node:child_process").ChildProcess}
 */
function startScript(script, folder, parameters, info, environment, stdio) {
  const { nodeArguments, environment: fromOptions } = optionsOf(info);
  const entry = createRequire(join(folder || process.cwd(), "program.js")).resolve(
    `@pulumi/pulumi/cmd/${script}`,
  );
  const child = spawn(process.execPath, [...nodeArguments, entry, ...parameters], {
    cwd: folder || process.cwd(),
    env: { ...process.env, ...fromOptions, ...environment },
    stdio: ["ignore", stdio, stdio],
  });
  children.add(child);
  child.once("close", () => children.delete(child));
  return child;
}

/**
 * Runs a program to its end and tells how it ended.
 * @param {Message} call
 * @param {(error: Error | null, response: Message) => void} answer
 */
function run(call, answer) {
  const request = call.request;
  const info = request.getInfo();
  const named = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": info?.getRootDirectory() ?? "",
    parallel: String(request.getParallel()),
    "query-mode": "false",
  };
  const parameters = Object.entries(named).flatMap(([name, value]) =>
    value === "" ? [] : [`--${name}`, value],
  );
  if (request.getDryrun()) parameters.push("--dry-run");
  parameters.push(info?.getEntryPoint() || request.getProgram() || ".", ...request.getArgsList());
  const child = startScript(
    "run",
    info?.getProgramDirectory() || request.getPwd(),
    parameters,
    info,
    {
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toObject(false))),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
    "inherit",
  );
  const response = new language.RunResponse();
  child.once("error", (error) =>
    answer(null, response.setError(`could not start the program: ${error.message}`)),
  );
  child.once("close", (code, signal) => {
    if (code === ALREADY_REPORTED) response.setBail(true);
    else if (code !== 0)
      response.setError(`the program ended with ${signal ? `signal ${signal}` : `exit code ${code}`}`);
    answer(null, response);
  });
}

/**
 * Runs a plugin written in JavaScript or TypeScript and streams what it prints.
 * @param {Message} call
 */
function runPlugin(call) {
  const request = call.request;
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getProgram();
  const isPolicyPack = request.getKind() === "analyzer";
  const parameters = isPolicyPack ? [engineAddress, folder] : [folder, ...request.getArgsList()];
  const environment = Object.fromEntries(
    request.getEnvList().map((/** @type {string} */ pair) => pair.split(/=(.*)/s).slice(0, 2)),
  );
  const script = isPolicyPack ? "run-policy-pack" : "run-plugin";
  const child = startScript(script, request.getPwd() || folder, parameters, info, environment, "pipe");
  child.stdout?.on("data", (chunk) => call.write(new language.RunPluginResponse().setStdout(chunk)));
  child.stderr?.on("data", (chunk) => call.write(new language.RunPluginResponse().setStderr(chunk)));
  child.once("error", (error) => call.destroy(error));
  child.once("close", (code) => {
    call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.once("cancelled", () => child.kill("SIGTERM"));
}

/**
 * Answers a question with an empty message: nothing is known, and nothing is required.
 * @param {new () => Message} EmptyMessage
 */
function answerWith(EmptyMessage) {
  return (/** @type {Message} */ _call, /** @type {Function} */ answer) => answer(null, new EmptyMessage());
}

const server = new grpc.Server();
server.addService(service, {
  handshake: answerWith(language.LanguageHandshakeResponse),
  getRequiredPackages: answerWith(language.GetRequiredPackagesResponse),
  getRequiredPlugins: answerWith(language.GetRequiredPluginsResponse),
  getProgramDependencies: answerWith(language.GetProgramDependenciesResponse),
  getPluginInfo: answerWith(plugin.PluginInfo),
  about: answerWith(language.AboutResponse),
  runtimeOptionsPrompts: answerWith(language.RuntimeOptionsResponse),
  run,
  runPlugin,
  cancel: (/** @type {Message} */ _call, /** @type {Function} */ answer) => {
    for (const child of children) child.kill("SIGINT");
    answer(null, new Empty());
  },
});

/** Ends the host and everything it started. */
function stop() {
  for (const child of children) child.kill("SIGTERM");
  process.exit(0);
}

process.once("SIGTERM", stop);

// A CLI that was killed cannot tell its host to end.
const parent = process.ppid;
setInterval(() => process.ppid === parent || stop(), 1000).unref();

const credentials = grpc.ServerCredentials.createInsecure();
server.bindAsync(
  "127.0.0.1:0",
  credentials,
  (/** @type {Error | null} */ error, /** @type {number} */ port) => {
    if (error) throw error;
    // The CLI reads the port from the first line.
    process.stdout.write(`${port}\n`);
  },
);
