// `npm start -- <example> --target azurite`: the example's replicas go to an Azure Storage endpoint that runs while the command does.
// Everything of it is in one folder: machines, definition, engine's home, key, and what the endpoint keeps.

import { createHmac, randomBytes } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { ensureAzurite } from "./azurite.mjs";
import { nodePath, projectFolder } from "./project.mjs";
import { SetupError } from "./setup-error.mjs";

const DEFAULT_PORT = 10_800;
const CONTAINER = "replicas";
const VERSION = "2025-01-05";
const STARTS_WITHIN_MILLISECONDS = 60_000;
const ENDS_WITHIN_MILLISECONDS = 20_000;

/**
 * The folder of an example's run, and what it is run with.
 * @param {string} example
 * @param {Record<string, string>} env
 * @returns {{ folder: string, stack: string, environment: Record<string, string> }}
 */
export function azuriteSurroundings(example, env) {
  const folder = join(env["SITERECOVERY_AZURITE_FOLDER"] || join(projectFolder, ".azurite"), example);
  const home = join(folder, ".siterecovery");
  const definition = join(folder, "siterecovery.yaml");
  return {
    folder,
    stack: env["PULUMI_STACK"] || `${example}-azurite`,
    environment: { ...env, SITERECOVERY_HOME: home, SITERECOVERY_DEFINITION: definition },
  };
}

/**
 * The definition of an example with its account in the container of an endpoint.
 * @param {string} text the example's own
 * @param {{ endpoint: string, keyFile: string }} place
 * @returns {{ text: string, account: string }}
 */
export function definitionFor(text, { endpoint, keyFile }) {
  const found = /^( *)storageAccounts:(?:\n +- name: (\w+)| \[\{ name: (\w+) \}\])$/m.exec(text);
  if (found === null) {
    throw new SetupError("This example has no storage account: it does not replicate to Azure.", 2);
  }
  const [whole, indent = "", ...names] = found;
  const account = names.find((name) => name !== undefined) ?? "";
  const lines = [
    "storageAccounts:",
    `  - name: ${account}`,
    `    url: azblob://${account}/${CONTAINER}`,
    `    endpoint: ${endpoint}`,
    `    credentials: { file: ${JSON.stringify(keyFile)} }`,
  ];
  return { text: text.replace(whole, lines.map((line) => indent + line).join("\n")), account };
}

/**
 * Starts the endpoint, makes its container, and writes the definition.
 * @param {string} example
 * @param {string} folder
 * @param {Record<string, string | undefined>} env
 */
export async function startAzuriteTarget(example, folder, env) {
  const program = await ensureAzurite();
  mkdirSync(folder, { recursive: true });
  const port = Number(env["SITERECOVERY_AZURITE_PORT"] || DEFAULT_PORT);
  const endpoint = `http://127.0.0.1:${port}`;
  const keyFile = join(folder, "account.key");
  if (!existsSync(keyFile)) writeFileSync(keyFile, randomBytes(64).toString("base64"), { mode: 0o600 });
  const key = readFileSync(keyFile, "utf8");
  const own = readFileSync(join(projectFolder, "examples", example, "siterecovery.yaml"), "utf8");
  const { text, account } = definitionFor(own, { endpoint, keyFile });
  writeFileSync(join(folder, "siterecovery.yaml"), text);
  const data = join(folder, "data");
  const words = ["--blobHost", "127.0.0.1", "--blobPort", String(port), "--location", data];
  const options = ["--silent", "--disableTelemetry", "--skipApiVersionCheck"];
  // It ends with this process, however that one ends.
  const endWithParent = "data:text/javascript,process.stdin.resume().on('close',()=>process.exit())";
  const child = spawn(nodePath(), ["--import", endWithParent, program, ...words, ...options], {
    env: { PATH: env["PATH"], AZURITE_ACCOUNTS: `${account}:${key}` },
    stdio: ["pipe", "ignore", "inherit"],
    // Ctrl-C is for Pulumi, which still needs the endpoint then.
    detached: true,
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    // It writes what it has in memory before it ends.
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), ENDS_WITHIN_MILLISECONDS);
    await ended;
    clearTimeout(late);
  };
  const request = signedRequests({ endpoint, account, key });
  try {
    await answering(child, endpoint, request);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    place: `${endpoint}/${account}/${CONTAINER}`,
    stop,
    /** What the container holds. */
    measure: async () => {
      const { text: listed } = await request("GET", "comp=list");
      const sizes = [...listed.matchAll(/<Content-Length>(\d+)</g)].map(([, bytes]) => Number(bytes));
      return { blobs: sizes.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, 0) };
    },
  };
}

/**
 * Waits until the endpoint answers and has the container.
 * @param {import("node:child_process").ChildProcess} child
 * @param {string} endpoint
 * @param {ReturnType<typeof signedRequests>} request
 */
async function answering(child, endpoint, request) {
  const latest = Date.now() + STARTS_WITHIN_MILLISECONDS;
  for (;;) {
    await wait(200);
    if (child.exitCode !== null) {
      throw new SetupError(
        `Azurite ended at once. If another program has the port of ${endpoint}, name a free one: SITERECOVERY_AZURITE_PORT=10801.`,
      );
    }
    const answer = await request("PUT", "").catch(() => undefined);
    if (answer?.status === 201 || answer?.status === 409) return;
    if (answer !== undefined || Date.now() > latest) {
      const what = answer === undefined ? "does not answer" : `answers ${answer.status}`;
      throw new SetupError(`Azurite at ${endpoint} ${what}. Remove the folder .azurite to begin anew.`);
    }
  }
}

/**
 * Requests to the container, signed with the account's key.
 * @param {{ endpoint: string, account: string, key: string }} of
 */
function signedRequests({ endpoint, account, key }) {
  /** @param {string} method @param {string} query beside `restype=container` */
  return (method, query) => {
    const date = new Date().toUTCString();
    const parameters = [query, "restype=container"].filter(Boolean);
    const named = parameters.map((parameter) => parameter.replace("=", ":"));
    const resource = [`/${account}/${account}/${CONTAINER}`, ...named].join("\n");
    const signed = `${method}${"\n".repeat(12)}x-ms-date:${date}\nx-ms-version:${VERSION}\n${resource}`;
    const signature = createHmac("sha256", Buffer.from(key, "base64")).update(signed).digest("base64");
    const headers = {
      "x-ms-date": date,
      "x-ms-version": VERSION,
      authorization: `SharedKey ${account}:${signature}`,
    };
    return send(`${endpoint}/${account}/${CONTAINER}?${parameters.join("&")}`, method, headers);
  };
}

/**
 * A request on a connection of its own: one that is kept would keep the endpoint from ending.
 * @param {string} url
 * @param {string} method
 * @param {Record<string, string>} headers
 * @returns {Promise<{ status: number, text: string }>}
 */
function send(url, method, headers) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk) => (text += chunk));
      answer.once("error", reject);
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    request.once("error", reject);
    request.end();
  });
}

/**
 * What `npm start` ends with.
 * @param {string} example
 * @param {string} folder
 * @param {{ place: string, blobs: number, bytes: number, keeps: boolean }} result
 * @returns {string} with an end of line
 */
export function azuriteSummary(example, folder, { place, blobs, bytes, keeps }) {
  const shown = relative(projectFolder, folder).startsWith("..") ? folder : relative(projectFolder, folder);
  const program = `npx siterecovery --home ${join(shown, ".siterecovery")}`;
  const size = `${(bytes / 1_048_576).toFixed(1)} MiB`;
  const end = keeps
    ? ["Azurite runs until Ctrl-C. In another terminal:"]
    : [
        `Azurite ends with this command; what it holds stays in ${join(shown, "data")}. To type commands, keep it running:`,
        `  npm start -- ${example} --target azurite --keep`,
        "and in another terminal:",
      ];
  return [
    "",
    `The replicas are in Azure Storage (Azurite) at ${place}: ${blobs} blobs, ${size}, encrypted.`,
    ...end,
    `  ${program} verify                         # read all of it back`,
    `  ${program} failover web1 --dry-run        # what a failover would do`,
    "",
  ].join("\n");
}
