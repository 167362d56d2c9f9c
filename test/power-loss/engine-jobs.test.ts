/**
 * Power lost during whole jobs of an engine: enabling, cycles, resync, planned failover, commit, failback or reverse
 * replication and the way back.
 */
import fs from "node:fs";
import { afterEach, expect, it, vi } from "vitest";
import { type FlowId, flows } from "../../provider/model/flows.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { expectNoOpenJobs, expectNothingLost, expectStates, tolerate } from "./check-engine.ts";
import { bootId, JobRun } from "./job-run.ts";

const boot = vi.hoisted(() => ({ id: "1".padStart(16, "0") }));
vi.mock("../../provider/disks/boot-id.ts", () => ({ currentBootId: () => boot.id }));

let site: FlowSite;
afterEach(() => {
  boot.id = bootId(1);
  fs.rmSync(site.folder, { recursive: true });
});

const protect = (): Promise<unknown> => site.protect();
const cycle = (mode?: "resync"): Promise<unknown> => site.engine.replicate(site.itemId(), quiet, mode);
const planned = (): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
const unplanned = (): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
const commit = (): Promise<void> => site.engine.moves.commit(site.itemId(), quiet);

const reverse = (): Promise<void> => site.engine.moves.reverseReplicate(site.itemId(), quiet);

/** Out and back, by the way that the flow has, and protected again. */
const journeys: Record<"failback" | "reverseReplication" | "commit", (run: JobRun) => Promise<void>> = {
  failback: async (run) => {
    await run.write();
    await run.step("a planned failover", planned);
    await run.step("a commit", commit, true);
    await run.write();
    await run.step("a failback", () => site.engine.moves.failback(site.itemId(), quiet));
  },
  reverseReplication: async (run) => {
    await run.step("an unplanned failover", unplanned);
    await run.step("a commit", commit, true);
    await run.write();
    await run.step("reverse replication", reverse, true);
    await run.write();
    await run.step("a failover back", unplanned);
  },
  // The commit of a planned failover between two VMM sites sets the way back up.
  commit: async (run) => {
    await run.write();
    await run.step("a planned failover", planned);
    await run.step("a commit that reverses", commit, true);
    await run.write();
    await run.step("a planned failover back", planned);
  },
};

function journeyOf(flow: FlowId): (run: JobRun) => Promise<void> {
  const { isProtectedAfterPlannedFailover, wayBack } = flows[flow];
  if (isProtectedAfterPlannedFailover) return journeys.commit;
  return wayBack === "failback" ? journeys.failback : journeys.reverseReplication;
}

it.each(["S1", "S2", "S3", "S4", "S5", "S6"] as const)(
  "power lost at any call of an engine's jobs in %s: what was acknowledged survives, and the next boot goes on",
  { timeout: 7_200_000 },
  async (flow) => {
    const run = await JobRun.make({ flow });
    site = run.site;
    await run.step("enabling", protect);
    await run.write();
    await run.step("a delta", cycle);
    await run.write();
    await run.step("a resync", () => cycle("resync"));
    await journeyOf(flow)(run);
    await run.step("the commit of the way back", commit, true);
    await run.step("protection again", reverse, true);
    const states = await run.cutPower(20, boot, async (next) => {
      expectStates(site, next);
      // The next command finishes or takes back what was under way.
      if (next.engine.findItem(site.itemId()) !== undefined) await tolerate(() => cycle());
      expectNoOpenJobs(next);
      await expectNothingLost(site, next);
    });
    expect(states).toBeGreaterThan(20);
  },
);
