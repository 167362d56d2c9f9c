/** Commands of several operations that were stopped between two of them finish when they are run again. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PlanOperationName } from "../../provider/engine/recovery-plan/recovery-plans.ts";
import { quiet } from "../engine/fixture.ts";
import { machineNames, Shop } from "../engine/recovery-plan/shop.ts";
import { testedCommand } from "../tested-command.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

function sr(...words: string[]): { code: number | null; text: string } {
  const home = shop.site.engine.homeFolder;
  const { status, stdout, stderr } = spawnSync(process.execPath, [testedCommand, "--home", home, ...words], {
    encoding: "utf8",
  });
  return { code: status, text: stdout + stderr };
}

/** Runs an operation of the plan in a process that is killed when it reports a line of this text. */
function dieIn(operation: PlanOperationName, text: string): void {
  const script = `
    const { openEngine } = await import(${JSON.stringify(path.resolve("provider/engine/engine.ts"))});
    const engine = await openEngine({ home: ${JSON.stringify(shop.site.engine.homeFolder)} });
    const report = (line) => { if (line.includes(${JSON.stringify(text)})) process.kill(process.pid, "SIGKILL"); };
    await engine.plans.run(${JSON.stringify(shop.planId)}, { operation: "${operation}" }, { report });`;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(child.signal, child.stderr).toBe("SIGKILL");
}

const run = (operation: PlanOperationName): Promise<unknown> =>
  shop.site.engine.plans.run(shop.planId, { operation }, quiet);

/** Where the command was killed: the operations that had ended, and the one that it died in. */
const failoverStops: readonly [readonly PlanOperationName[], (readonly [PlanOperationName, string])?][] = [
  [[], ["PlannedFailover", "Take the last delta"]],
  [["PlannedFailover"]],
  [["PlannedFailover"], ["Commit", "Drop the recovery points"]],
];

const failbackStops: typeof failoverStops = [
  [[], ["Failback", "Take the last delta"]],
  [["Failback"]],
  [["Failback"], ["Commit", "Drop the recovery points"]],
  [["Failback", "Commit"]],
  [
    ["Failback", "Commit"],
    ["ReverseReplicate", "Remove the machine"],
  ],
];

describe("plan failover --commit", () => {
  it.each(failoverStops)("killed after %j, in %j, finishes when run again", async (ended, died) => {
    for (const operation of ended) await run(operation);
    if (died) dieIn(...died);
    const again = sr("plan", "failover", "shop", "--commit");
    expect(again.code, again.text).toBe(0);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitted"));
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("running"));
    expect(sr("plan", "failover", "shop", "--commit").text).toMatch(/nothing to do for the planned failover/);
  });

  it("does not commit a failover that was asked for otherwise", async () => {
    await run("PlannedFailover");
    const other = sr("plan", "failover", "shop", "--kind", "unplanned", "--commit");
    expect([other.code, other.text]).toEqual([
      1,
      expect.stringMatching(/nothing to do for the unplanned failover/),
    ]);
    expect(shop.states()).toEqual(Array(3).fill("PlannedFailoverCommitPending"));
  });
});

describe("plan failback --finish", () => {
  it.each(failbackStops)("killed after %j, in %j, finishes when run again", async (ended, died) => {
    for (const operation of ["PlannedFailover", "Commit"] as const) await run(operation);
    for (const operation of ended) await run(operation);
    if (died) dieIn(...died);
    const again = sr("plan", "failback", "shop", "--finish");
    expect(again.code, again.text).toBe(0);
    expect(shop.states()).toEqual(Array(3).fill("Protected"));
    expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
    expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("absent"));
  });
});

describe("failover --commit of a machine", () => {
  it("stopped before its commit finishes when run again, and commits no other failover", async () => {
    const { moves } = shop.site.engine;
    await moves.failover(shop.itemId("web1"), { kind: "planned", recoveryPoint: "latest" }, quiet);
    const other = sr("failover", "web1", "--kind", "unplanned", "--commit");
    expect([other.code, other.text]).toEqual([
      1,
      expect.stringMatching(/unplanned failover of web1 is not allowed now/),
    ]);
    const again = sr("failover", "web1", "--commit");
    expect(again.code, again.text).toBe(0);
    expect(shop.states()[1]).toBe("PlannedFailoverCommitted");
  });
});
