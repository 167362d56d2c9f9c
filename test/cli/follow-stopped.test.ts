/** Ctrl-C and SIGTERM of `replicate --follow` in the middle of a long copy, with real processes. */
import { createCipheriv } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { TurningClock } from "../turning-clock.ts";
import { type Ended, runProgram, startProgram } from "./run-program.ts";

const sizeBytes = 32 * 1024 * 1024;
const stopping = "Stopping: the cycles that run are finished first.";

/** Bytes that do not compress, the same for the same seed. */
function noise(seed: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(sizeBytes));
}

let site: Site;
let line: (kilobitsPerSecond?: number) => Promise<unknown>;
beforeEach(async () => {
  site = await Site.make({ content: noise(1), clock: new TurningClock(Date.now() - 600_000) });
  const scope = { resourceGroupName: "dr", resourceName: "dr-vault" };
  const server = { ...scope, fabricName: "london", processServerName: "ps1" };
  const servers = handlerOf("process-server", site.engine);
  const { id } = await servers.create(server, quiet);
  line = (limitKilobitsPerSecond) => {
    const wanted = limitKilobitsPerSecond ? { ...server, bandwidth: { limitKilobitsPerSecond } } : server;
    return servers.update(id, server, wanted, quiet);
  };
  await site.protect();
  // What is due since the protection ten minutes ago takes a minute over this line.
  fs.writeFileSync(site.image, noise(2));
  await line(4_000);
});
afterEach(() => site.remove());

function storedBytes(): number {
  const folder = path.join(site.engine.homeFolder, "storage");
  const names = fs.readdirSync(folder, { recursive: true }) as string[];
  return names
    .map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}

/** Follows, and sends the signals one after the other once the copy is under way. */
async function followUntil(...sent: NodeJS.Signals[]): Promise<Ended & { signal: string | null }> {
  const before = storedBytes();
  const { child, ended } = startProgram(site.engine.homeFolder, "replicate", "--follow");
  let errors = "";
  child.stderr!.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      if (child.exitCode !== null) throw new Error(`It ended before it was stopped: ${errors}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await until(() => storedBytes() > before + 1024 * 1024);
  for (const signal of sent) {
    child.kill(signal);
    await until(() => errors.includes(stopping));
  }
  return { ...(await ended), signal: child.signalCode };
}

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("%s stops the copy where it can be resumed, and says what is left", async (signal, code) => {
  const stopped = await followUntil(signal);
  expect(stopped).toMatchObject({ code, stdout: "" });
  expect(stopped.stderr).toContain(stopping);
  expect(stopped.stderr.trimEnd().split("\n").at(-1)).toBe(
    "stopped: web1: the copy was not finished. What was sent is kept; the next replication of it resumes it.",
  );
  expect(site.engine.findItem(site.itemId)?.details.replicationError).toBeUndefined();
  await line();
  const again = await runProgram(site.engine.homeFolder, "replicate", "web1", "--json");
  expect(again.code, again.stderr).toBe(0);
  const [{ cycle }] = JSON.parse(again.stdout) as [{ cycle: { blocksReused: number } }];
  expect(cycle.blocksReused).toBeGreaterThan(0);
});

it("a second signal ends it at once", async () => {
  expect(await followUntil("SIGTERM", "SIGINT")).toMatchObject({ code: null, signal: "SIGINT" });
});
