/** `npm start -- hyperv-to-azure --target azurite`: the main example against a real endpoint of Azure Storage, twice. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { onFreePort } from "../conformance/servers/free-port.ts";

const projectFolder = path.resolve(import.meta.dirname, "../..");
const stack = `azurite-${process.pid}`;
let folder: string;
let environment: NodeJS.ProcessEnv;
let port: number;

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-start-"));
  const state = path.join(folder, "state");
  fs.mkdirSync(state);
  port = await onFreePort((free) => Promise.resolve(free));
  environment = {
    ...process.env,
    NO_COLOR: "1",
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "of the test",
    PULUMI_STACK: stack,
    SITERECOVERY_AZURITE_FOLDER: folder,
    SITERECOVERY_AZURITE_PORT: String(port),
  };
  delete environment["SITERECOVERY_HOME"];
});

afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(path.join(projectFolder, ".pulumi", "config", `Pulumi.${stack}.yaml`), { force: true });
});

function start(): Promise<{ code: number | null; text: string }> {
  const words = [path.join(projectFolder, "setup", "start.mjs"), "hyperv-to-azure", "--target", "azurite"];
  const child = spawn(process.execPath, words, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => (text += String(data)));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, text })));
}

/** Whether a program has the port of the endpoint. */
function isServed(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => resolve(true));
    socket.once("error", () => resolve(false)).once("connect", () => socket.destroy());
  });
}

it("protects the machines there, says what is there and what to type, and ends the endpoint", async () => {
  const first = await start();
  expect(first.code, first.text).toBe(0);
  expect(first.text).toMatch(/db1 +Protected +primary/);
  expect(first.text).toMatch(
    /The replicas are in Azure Storage \(Azurite\) at http:\/\/127\.0\.0\.1:\d+\/drreplicas\/replicas: \d+ blobs, \d+\.\d MiB/,
  );
  expect(first.text).toContain("npm start -- hyperv-to-azure --target azurite --keep");
  expect(fs.existsSync(path.join(folder, "hyperv-to-azure", ".siterecovery", "storage"))).toBe(false);
  expect(await isServed()).toBe(false);
  // What the endpoint held is there again: nothing changes and no byte is copied.
  const second = await start();
  expect(second.code, second.text).toBe(0);
  expect(second.text).toMatch(/resources: \d+ unchanged/);
  const key = fs.readFileSync(path.join(folder, "hyperv-to-azure", "account.key"), "utf8");
  for (const { text } of [first, second]) expect(text).not.toContain(key);
});
