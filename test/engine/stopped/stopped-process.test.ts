/** Processes that are stopped in the middle of their work and wake up when another one has taken it over. */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { leaseMilliseconds } from "../../../provider/store/lease-row.ts";
import { quiet, Site } from "../fixture.ts";

let site: Site;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
});
afterEach(() => site.remove());

/** What the engine knows of the replica's newest point. */
function ledger(): unknown[] {
  const database = new DatabaseSync(path.join(site.folder, "home", "siterecovery.db"));
  const rows = database.prepare("SELECT * FROM replica_ledger").all();
  database.close();
  return rows;
}

/** All that a takeover must find as it left it: item, jobs, events, recovery points, power of both machines. */
async function world(): Promise<object> {
  const { engine, itemId } = site;
  return structuredClone({
    item: engine.findItem(itemId),
    jobs: engine.jobs({ limit: 100 }),
    events: engine.events({ limit: 100 }),
    points: await engine.recoveryPoints(itemId),
    ledger: ledger(),
    power: [site.power("primary"), site.power("recovery")],
    replica: fs.existsSync(site.replica),
  });
}

/** The lease of the stopped process ends, as it does after a minute. */
function endLeases(): void {
  const database = new DatabaseSync(path.join(site.folder, "home", "siterecovery.db"));
  database.prepare("UPDATE leases SET renewed_on_clock = renewed_on_clock - ?").run(leaseMilliseconds);
  database.close();
}

/** Runs the action in a process that stops before a call, lets another one take over, and wakes it. */
async function stopAndTakeOver(
  action: string,
  call: string,
  count: number,
  next = async (): Promise<void> => undefined,
): Promise<{ code: string; before: object }> {
  const script = path.join(import.meta.dirname, "engine-process.ts");
  const home = path.join(site.folder, "home");
  const child = spawn(process.execPath, [script, home, site.itemId, action, call, String(count)]);
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    const stateOf = (): string => fs.readFileSync(`/proc/${child.pid}/stat`, "latin1").split(") ")[1]![0]!;
    while (stateOf() !== "T") {
      if (child.exitCode !== null) throw new Error(`It ended before it was stopped: ${output}`);
      await setTimeout(10);
    }
    endLeases();
    const kind = action === "failover" ? "planned" : "unplanned";
    await site.engine.moves.failover(site.itemId, { kind, recoveryPoint: "latest" }, quiet);
    await next();
    const before = await world();
    child.kill("SIGCONT");
    await ended;
    return { code: output, before };
  } finally {
    child.kill("SIGKILL");
  }
}

describe.skipIf(process.platform !== "linux")(
  "a process that was stopped and wakes up after a takeover",
  () => {
    it.each([
      ["replicate", "BEGIN IMMEDIATE", 2],
      ["replicate", "BEGIN IMMEDIATE", 3],
      ["replicate", "[.]point$", 1],
      ["replicate", "/roster[.]sealed$", 1],
      ["failover", "BEGIN IMMEDIATE", 3],
      ["failover", "BEGIN IMMEDIATE", 5],
      ["failover", "BEGIN IMMEDIATE", 9],
      ["failover", "BEGIN IMMEDIATE", 13],
      ["failover", "power-state$", 1],
      ["failover", "power-state$", 2],
    ])("changes nothing: %s, stopped before %s number %i", async (action, call, count) => {
      const { code, before } = await stopAndTakeOver(action, call, count);
      expect(await world()).toEqual(before);
      expect(code).toBe("LeaseLost");
      expect(site.power("recovery")).toBe("running");
    });

    it("does not switch a machine off that runs again since the move was finished and cancelled", async () => {
      const cancel = (): Promise<void> => site.engine.moves.cancel(site.itemId, quiet);
      const { code, before } = await stopAndTakeOver("failover", "power-state.*[.]new$", 1, cancel);
      expect(await world()).toEqual(before);
      expect(code).toBe("LeaseLost");
      expect(site.power("primary")).toBe("running");
    });
  },
);
