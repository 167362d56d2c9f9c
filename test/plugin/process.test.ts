import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import path from "node:path";
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";
import type pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readCommandLine } from "../../provider/plugin/command-line.ts";
import { packageVersion } from "../../provider/package-version.ts";
import { PluginClient } from "../doors/plugin-client.ts";

const main = path.resolve(import.meta.dirname, "../../provider/plugin/main.ts");

/** The part of Pulumi's engine that a plugin watches. */
let engine: grpc.Server;
let address: string;
let plugin: ChildProcess;
let client: PluginClient;
let stdout: string;

beforeEach(async () => {
  engine = new grpc.Server();
  const getRootResource: grpc.handleUnaryCall<unknown, unknown> = (_call, answer) =>
    answer(null, new engineMessages.GetRootResourceResponse());
  engine.addService(engineService.EngineService as unknown as grpc.ServiceDefinition, { getRootResource });
  const port = await new Promise<number>((resolve, reject) =>
    engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  address = `127.0.0.1:${port}`;
  plugin = spawn(process.execPath, [main, address], { stdio: ["ignore", "pipe", "ignore"] });
  stdout = "";
  plugin.stdout!.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  await once(plugin.stdout!, "data");
  client = new PluginClient(Number(stdout.trim()));
  const info = await client.call<InstanceType<typeof pluginMessages.PluginInfo>>(
    "getPluginInfo",
    new empty.Empty(),
  );
  expect(info.getVersion()).toBe(packageVersion());
});
afterEach(() => {
  client.close();
  plugin.kill("SIGKILL");
  engine.forceShutdown();
});

describe("the plugin's process", () => {
  test("prints its port and nothing else, and ends when Pulumi does not need it any more", async () => {
    const ended = once(plugin, "close");
    plugin.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    expect(stdout).toMatch(/^\d+\n$/);
  });

  test("ends when Pulumi's engine is gone", async () => {
    const ended = once(plugin, "close");
    engine.forceShutdown();
    expect(await ended).toEqual([1, null]);
  });
});

describe("the plugin, started by hand", () => {
  async function run(...words: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
    const child = spawn(process.execPath, [main, ...words], { stdio: ["ignore", "pipe", "pipe"] });
    const [out, err] = [[] as Buffer[], [] as Buffer[]];
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    const [code] = (await once(child, "close")) as [unknown];
    return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
  }

  test.each(["garbage", "127.0.0.1:1"])("says that no engine answers at %s, and ends", async (wrong) => {
    const { code, stdout: out, stderr } = await run(wrong);
    expect([code, out]).toEqual([1, ""]);
    expect(stderr).toBe(`pulumi-resource-siterecovery: no Pulumi engine answers at ${wrong}\n`);
  });

  test("gives up on an address at which something listens that never answers", async () => {
    const silent = net.createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const at = `127.0.0.1:${(silent.address() as net.AddressInfo).port}`;
    const { code, stdout, stderr } = await run(at);
    silent.close();
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toBe(
      `pulumi-resource-siterecovery: no Pulumi engine answers at ${at} within 10 seconds\n`,
    );
  }, 30_000);

  test.each([
    [["--prot"], "there is no option --prot; see --help"],
    [[""], "the address of the Pulumi engine is empty; see --help"],
    [["127.0.0.1:1", "127.0.0.1:2"], "takes the address of one Pulumi engine, not 2; see --help"],
  ])("refuses %j in one line", async (words, line) => {
    const found = await run(...words);
    expect(found).toEqual({ code: 1, stdout: "", stderr: `pulumi-resource-siterecovery: ${line}\n` });
  });

  test("takes the options that Pulumi's engine hands to each plugin", () => {
    const words = ["--logtostderr", "-v=9", "--tracing", "file:trace", "127.0.0.1:1"];
    expect(readCommandLine(words)).toEqual({ asks: "service", address: "127.0.0.1:1" });
    expect(readCommandLine([])).toEqual({ asks: "service", address: undefined });
  });

  test("answers --version and --help, and ends", async () => {
    expect(await run("--version")).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: "" });
    expect(await run("--help")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("Usage:") as unknown,
    });
  });
});
