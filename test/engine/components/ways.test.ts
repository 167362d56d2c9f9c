/**
 * Each step of a machine, in each flow, while something that it needs is gone: it is refused by the name of what is
 * gone, everything stays as it is, and the step is done once that is mended.
 */
import { afterEach, describe, expect, it } from "vitest";
import { nameOf } from "../../../provider/arm-id.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { flows } from "../../../provider/model/flows.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { type Obstacle, obstacles, type StepFacts } from "./obstacles.ts";
import { WaySite } from "./way-site.ts";

let ways: WaySite;
afterEach(() => ways.remove());

interface Step extends StepFacts {
  prepare(): Promise<unknown>;
  act(): Promise<unknown>;
}

const moves = (): WaySite["site"]["engine"]["moves"] => ways.site.engine.moves;

async function protectAndWrite(): Promise<void> {
  await ways.protect();
  await ways.write(ways.site.image());
}

async function failedOver(): Promise<void> {
  await protectAndWrite();
  await ways.failOver(flows[ways.flow].failoverKinds[0]!);
  if (ways.item()!.state !== "UnplannedFailoverCommitted") await moves().commit(ways.id, quiet);
  await ways.write(ways.replica());
}

/** The machine runs at the recovery side and replicates back. */
async function reversed(): Promise<void> {
  await failedOver();
  if (!ways.item()!.details.reverse) await moves().reverseReplicate(ways.id, quiet);
  await ways.write(ways.replica());
}

async function backAtPrimary(): Promise<void> {
  await reversed();
  await ways.failOver("unplanned");
  await moves().commit(ways.id, quiet);
}

async function withPlan(prepare: () => Promise<unknown>): Promise<void> {
  await ways.declareDrillNetwork();
  await prepare();
  await ways.declarePlan();
}

async function inDrill(): Promise<void> {
  await ways.declareDrillNetwork();
  await protectAndWrite();
  await ways.drill();
}

const nowhere = { way: "none", readsReplica: true, touchesRecovery: true } as const;
const out = { way: "out", touchesRecovery: true } as const;
const back = { way: "back", touchesRecovery: true, touchesPrimary: true } as const;

const steps: Record<string, Step> = {
  enabling: { way: "out", prepare: () => Promise.resolve(), act: () => ways.protect() },
  "a cycle": { way: "out", prepare: protectAndWrite, act: () => ways.replicate() },
  "a resync": { way: "out", prepare: protectAndWrite, act: () => ways.replicate("resync") },
  "a planned failover": { ...out, prepare: protectAndWrite, act: () => ways.failOver("planned") },
  "an unplanned failover": { ...nowhere, prepare: protectAndWrite, act: () => ways.failOver("unplanned") },
  "a drill": {
    ...nowhere,
    prepare: async () => {
      await ways.declareDrillNetwork();
      await protectAndWrite();
    },
    act: () => ways.drill(),
  },
  "a drill's clean-up": { way: "none", touchesRecovery: true, prepare: inDrill, act: () => ways.cleanUp() },
  migration: { ...out, prepare: protectAndWrite, act: () => moves().migrate(ways.id, true, quiet) },
  "a commit that reverses": {
    ...back,
    prepare: async () => {
      await protectAndWrite();
      await ways.failOver("planned");
    },
    act: () => moves().commit(ways.id, quiet),
  },
  failback: { ...back, prepare: failedOver, act: () => moves().failback(ways.id, quiet) },
  "reverse replication": {
    ...back,
    prepare: failedOver,
    act: () => moves().reverseReplicate(ways.id, quiet),
  },
  "a cycle back": { ...back, prepare: reversed, act: () => ways.replicate() },
  "a resync back": { ...back, prepare: reversed, act: () => ways.replicate("resync") },
  // Made from a recovery point of the way back: the machine at the recovery side may be lost.
  "a failover back": {
    ...back,
    touchesRecovery: false,
    prepare: reversed,
    act: () => ways.failOver("unplanned"),
  },
  "a planned failover back": { ...back, prepare: reversed, act: () => ways.failOver("planned") },
  "replication out again": {
    ...out,
    prepare: backAtPrimary,
    act: () => moves().reverseReplicate(ways.id, quiet),
  },
  "a plan's drill": {
    ...nowhere,
    prepare: () => withPlan(protectAndWrite),
    act: () => ways.runPlan("TestFailover"),
  },
  "a plan's clean-up": {
    way: "none",
    touchesRecovery: true,
    prepare: () => withPlan(protectAndWrite).then(() => ways.runPlan("TestFailover")),
    act: () => ways.runPlan("TestFailoverCleanup"),
  },
  "a plan's planned failover": {
    ...out,
    prepare: () => withPlan(protectAndWrite),
    act: () => ways.runPlan("PlannedFailover"),
  },
  "a plan's unplanned failover": {
    ...nowhere,
    prepare: () => withPlan(protectAndWrite),
    act: () => ways.runPlan("UnplannedFailover"),
  },
  "a plan's commit that reverses": {
    ...back,
    prepare: () => withPlan(protectAndWrite).then(() => ways.runPlan("PlannedFailover")),
    act: () => ways.runPlan("Commit"),
  },
  "a plan's reverse replication": {
    ...back,
    prepare: () => withPlan(failedOver),
    act: () => ways.runPlan("ReverseReplicate"),
  },
  "a plan's failback": {
    ...back,
    prepare: () => withPlan(flows[ways.flow].wayBack === "failback" ? failedOver : reversed),
    act: () => ways.runPlan("Failback"),
  },
  "a plan's unplanned failback": {
    ...back,
    touchesRecovery: false,
    prepare: () => withPlan(reversed),
    act: () => ways.runPlan("Failback"),
  },
};

const fromAzure = [
  ...["enabling", "a cycle", "a resync", "an unplanned failover", "a drill", "a drill's clean-up"],
  ...["reverse replication", "a cycle back", "a resync back", "a failover back", "replication out again"],
  ...["a plan's drill", "a plan's clean-up", "a plan's unplanned failover", "a plan's reverse replication"],
  "a plan's unplanned failback",
];
const hyperV = [
  ...["enabling", "a cycle", "a resync", "a planned failover", "an unplanned failover", "a drill"],
  ...["a drill's clean-up", "failback", "a plan's drill", "a plan's planned failover", "a plan's failback"],
];

/** The steps of each flow. */
const stepsOf: Record<FlowId, readonly string[]> = {
  S1: fromAzure,
  S2: fromAzure,
  S3: hyperV,
  S4: hyperV,
  S5: fromAzure,
  S6: [
    ...["enabling", "a cycle", "a resync", "a planned failover", "an unplanned failover", "a drill"],
    ...["a drill's clean-up", "a commit that reverses", "a cycle back", "a resync back"],
    ...["a planned failover back", "a failover back", "replication out again", "a plan's drill"],
    ...[
      "a plan's clean-up",
      "a plan's planned failover",
      "a plan's commit that reverses",
      "a plan's failback",
    ],
  ],
  M1: ["enabling", "a cycle", "a resync", "a drill", "a drill's clean-up", "migration"],
};

const cases = Object.entries(stepsOf).flatMap(([flow, names]) =>
  names.map((name) => [flow as FlowId, name] as const),
);

function isThere(flow: FlowId, { has }: Obstacle): boolean {
  return has?.(flow) ?? true;
}

/** How the step ends: refused for a reason that is named, or for another. */
async function endOf(step: Step, words: RegExp): Promise<string> {
  return step.act().then(
    () => "done",
    (error: unknown) => (words.test(String(error)) ? "refused" : String(error)),
  );
}

describe("a step that lacks what it needs", () => {
  it.each(cases)(
    "flow %s: %s is refused, changes nothing, and is done when that is mended",
    async (flow, name) => {
      ways = await WaySite.make(flow);
      const step = steps[name]!;
      await step.prepare();
      const before = await ways.world();
      const ends: Record<string, string> = {};
      for (const [what, obstacle] of Object.entries(obstacles)) {
        if (!isThere(flow, obstacle) || !obstacle.blocks(flow, step)) continue;
        const mend = await obstacle.set(ways, step);
        if (mend === undefined) continue;
        ends[what] = await endOf(step, obstacle.words);
        await mend();
        // The world is another one now.
        if (ends[what] === "done") break;
        expect(await ways.world(), `after ${name} while ${what}`).toEqual(before);
      }
      expect(ends).toEqual(Object.fromEntries(Object.keys(ends).map((what) => [what, "refused"])));
      await step.act();
    },
  );
});

const atRecoverySide = cases.filter(([, name]) => steps[name]!.way === "none");

describe("a step at the recovery side", () => {
  it.each(atRecoverySide)(
    "flow %s: %s is done while all is gone that it does not need",
    async (flow, name) => {
      ways = await WaySite.make(flow);
      const step = steps[name]!;
      await step.prepare();
      const unneeded = Object.values(obstacles).filter(
        (obstacle) => isThere(flow, obstacle) && !obstacle.blocks(flow, step),
      );
      for (const obstacle of unneeded) await obstacle.set(ways, step);
      await step.act();
    },
  );
});

/**
 * What may be deleted while a machine is protected: the host that it is on, whose steps are refused until it is declared
 * again, and what is needed for another way only.
 */
const deletable: Record<FlowId, readonly string[]> = {
  S1: ["vcenter", "ps"],
  S2: ["vcenter", "ps"],
  S3: ["london-server"],
  S4: ["hv1", "london-server"],
  S5: ["vcenter", "paris-ps", "vcenter"],
  S6: ["hv1", "london-server", "paris-ps"],
  M1: ["london-ps", "vcenter", "ps"],
};

describe("a component of a site", () => {
  it.each(Object.keys(stepsOf) as FlowId[])(
    "flow %s keeps those that a protected machine uses",
    async (flow) => {
      ways = await WaySite.make(flow);
      await ways.protect();
      expect(await deleteAll()).toEqual(deletable[flow]);
    },
  );

  it.each(["S1", "S2", "S5", "S6"] as const)("flow %s keeps those that its way back uses", async (flow) => {
    ways = await WaySite.make(flow);
    await reversed();
    const ofWayBack: Partial<Record<FlowId, readonly string[]>> = {
      S5: ["vcenter", "paris-ps", "vcenter"],
      S6: [],
    };
    expect(await deleteAll()).toEqual(ofWayBack[flow] ?? ["vcenter"]);
  });
});

/** Deletes what can be deleted of the servers and hosts; the names of what is gone. */
async function deleteAll(): Promise<string[]> {
  const { engine } = ways.site;
  const kinds = new Set(["services-provider", "process-server", "master-target", "host", "vcenter"]);
  const gone: string[] = [];
  for (const { id, kind } of engine.listThings({}).filter((thing) => kinds.has(thing.kind))) {
    await handlerOf(kind, engine)
      .delete(id, quiet)
      .then(
        () => gone.push(nameOf(id)),
        (error: unknown) => expect(error).toMatchObject({ code: "InUse" }),
      );
  }
  return gone;
}
