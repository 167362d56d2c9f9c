/** Ctrl-C of commands that copy, with real processes: one line, the exit code of shells, and the next run goes on. */
import type { ChildProcess } from "node:child_process";
import { createCipheriv } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { hashOf, quiet, Site } from "../engine/fixture.ts";
import { type Ended, runProgram, startProgram } from "./run-program.ts";

const sizeBytes = 128 * 1024 * 1024;

/** Bytes that do not compress, the same for the same seed. */
function noise(seed: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(sizeBytes));
}

let site: Site;
beforeEach(async () => {
  site = await Site.make({ content: noise(1) });
});
afterEach(() => site.remove());

/** Runs a command and sends the signal as soon as there is something to stop. */
async function stop(
  words: readonly string[],
  isUnderWay: (output: string) => boolean,
  signal: NodeJS.Signals = "SIGINT",
): Promise<Ended> {
  const { child, ended } = startProgram(site.engine.homeFolder, ...words);
  await underWay(child, isUnderWay);
  child.kill(signal);
  return ended;
}

function underWay(child: ChildProcess, isUnderWay: (output: string) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const look = setInterval(() => {
      if (isUnderWay(output)) done(resolve);
    }, 1);
    const done = (settle: () => void): void => {
      clearInterval(look);
      settle();
    };
    child.stderr!.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("exit", () => done(() => reject(new Error(`It ended before it was stopped: ${output}`))));
  });
}

/** The lines that are not progress; the last one is what a user reads on a terminal. */
function lastLine({ stderr }: Ended): string {
  expect(stderr).not.toMatch(/\n\s+at |bug of siterecovery/);
  return stderr.trimEnd().split("\n").at(-1)!;
}

const run = (...words: string[]): Promise<Ended> => runProgram(site.engine.homeFolder, ...words);

describe("Ctrl-C", () => {
  it("stops `replicate`; the next cycle goes on, and the point is right", async () => {
    const server = { resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london" };
    const inputs = { ...server, processServerName: "ps1" };
    const servers = handlerOf("process-server", site.engine);
    const { id } = await servers.create(inputs, quiet);
    await site.protect();
    fs.writeFileSync(site.image, noise(2));
    const slow = { ...inputs, bandwidth: { limitKilobitsPerSecond: 100_000 } };
    await servers.update(id, inputs, slow, quiet);
    const before = bytesUnder(path.join(site.engine.homeFolder, "storage"));
    const stopped = await stop(
      ["replicate", "web1", "--resync"],
      () => bytesUnder(path.join(site.engine.homeFolder, "storage")) > before + 64 * 1024 * 1024,
    );
    expect([stopped.code, stopped.stdout]).toEqual([130, ""]);
    expect(lastLine(stopped)).toBe(
      "stopped: web1: The work on the machine's disks was cancelled. What was finished is kept. " +
        "Run it again to resume it.",
    );
    await servers.update(id, slow, inputs, quiet);
    const again = await run("replicate", "web1", "--resync", "--json");
    expect(again.code, again.stderr).toBe(0);
    const [{ cycle }] = JSON.parse(again.stdout) as [{ cycle: { blocksReused: number } }];
    expect(cycle.blocksReused).toBeGreaterThan(512);
    const to = path.join(site.folder, "web1.img");
    expect((await run("export", "web1", "--to", to)).code).toBe(0);
    expect(hashOf(to)).toBe(hashOf(site.image));
  });

  it("stops `export`, which leaves no file and one that was there as it was", async () => {
    await site.protect();
    const to = path.join(site.folder, "out", "web1.img");
    fs.mkdirSync(path.dirname(to));
    const words = ["export", "web1", "--to", to];
    const begun = (): boolean => fs.existsSync(`${to}.partial`);
    const stopped = await stop(words, begun);
    expect(stopped.code).toBe(130);
    expect(lastLine(stopped)).toBe(
      `stopped: web1: The export was cancelled, and nothing is left of it at ${to}. Start it again.`,
    );
    expect(fs.readdirSync(path.dirname(to))).toEqual([]);
    fs.writeFileSync(to, "mine");
    expect((await stop([...words, "--overwrite"], begun, "SIGTERM")).code).toBe(143);
    expect(fs.readFileSync(to, "utf8")).toBe("mine");
    expect((await run(...words, "--overwrite")).code).toBe(0);
    expect(hashOf(to)).toBe(hashOf(site.image));
  });

  it("stops `failover`, which is rolled back; run again, it fails over", async () => {
    await site.protect();
    const stopped = await stop(["failover", "web1"], () => fs.existsSync(`${site.replica}.partial`));
    expect(stopped.code).toBe(130);
    expect(lastLine(stopped)).toMatch(
      /^stopped: web1: .*The failover was rolled back: web1 runs at the primary side again\.$/,
    );
    expect(site.power("primary")).toBe("running");
    expect(fs.existsSync(path.dirname(site.replica))).toBe(false);
    const again = await run("failover", "web1", "--commit");
    expect(again.code, again.stderr).toBe(0);
    expect([site.power("primary"), site.power("recovery")]).toEqual(["off", "running"]);
    expect(hashOf(site.replica)).toBe(hashOf(site.image));
  });
});

it("clean-up of a drill that was killed says which job waits, and its cancellation removes the machine", async () => {
  await site.protect();
  const machine = `${path.dirname(site.replica)}-test`;
  const words = ["test-failover", "web1", "--network", "drill-net"];
  await stop(words, () => fs.existsSync(path.join(machine, "os.img.partial")), "SIGKILL");
  const refused = await run("clean-up", "web1");
  expect(refused.code).toBe(1);
  const told =
    /web1 has no test failover to clean up: its job TestFailover was interrupted .*`(siterecovery jobs cancel (\S+))`/;
  const [, , job] = told.exec(refused.stderr) ?? [];
  expect(job, refused.stderr).toBeDefined();
  expect((await run("jobs", "cancel", job!)).code).toBe(0);
  expect(fs.existsSync(machine)).toBe(false);
  expect((await run("clean-up", "web1")).stderr).toContain("web1 has no test failover to clean up.");
});

function bytesUnder(folder: string): number {
  const names = fs.existsSync(folder) ? (fs.readdirSync(folder, { recursive: true }) as string[]) : [];
  return names
    .map((name) => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0);
}
