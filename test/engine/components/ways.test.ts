/**
 * Each step that sends a machine's data, in each flow, while something on its way is gone: it is refused by the name
 * of what is gone, nothing is shut down, and nothing travels.
 */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { afterEach, describe, expect, it } from "vitest";
import type { FlowId } from "../../../provider/engine/flows.ts";
import { flows } from "../../../provider/engine/flows.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { HostInputs } from "../../../provider/kinds/host.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;
const vault = { resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london" };
const latest = "latest";

interface Step {
  readonly back: boolean;
  prepare(): Promise<unknown>;
  act(): Promise<unknown>;
}

const id = (): string => site.itemId();
const failOver = (kind: "planned" | "unplanned"): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: latest }, quiet);

async function protectAndWrite(): Promise<void> {
  await site.protect();
  await write(site.image());
}

async function write(image: string): Promise<void> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), 2 * block);
  await disk.flush();
  await disk.close();
}

async function failedOver(): Promise<void> {
  await protectAndWrite();
  await failOver(flows[site.flow].failoverKinds[0]!);
  if (site.item().state !== "UnplannedFailoverCommitted") await site.engine.moves.commit(id(), quiet);
  await write(site.replica());
}

/** The machine runs at the recovery side and replicates back. */
async function reversed(): Promise<void> {
  await failedOver();
  if (!site.item().details.reverse) await site.engine.moves.reverseReplicate(id(), quiet);
  await write(site.replica());
}

async function backAtPrimary(): Promise<void> {
  await reversed();
  await failOver("unplanned");
  await site.engine.moves.commit(id(), quiet);
}

const steps: Record<string, Step> = {
  enabling: { back: false, prepare: () => Promise.resolve(), act: () => site.protect() },
  "a cycle": { back: false, prepare: protectAndWrite, act: () => site.engine.replicate(id(), quiet) },
  "a resync": {
    back: false,
    prepare: protectAndWrite,
    act: () => site.engine.replicate(id(), quiet, "resync"),
  },
  "a planned failover": { back: false, prepare: protectAndWrite, act: () => failOver("planned") },
  failback: { back: true, prepare: failedOver, act: () => site.engine.moves.failback(id(), quiet) },
  "reverse replication": {
    back: true,
    prepare: failedOver,
    act: () => site.engine.moves.reverseReplicate(id(), quiet),
  },
  "a cycle back": { back: true, prepare: reversed, act: () => site.engine.replicate(id(), quiet) },
  "a resync back": { back: true, prepare: reversed, act: () => site.engine.replicate(id(), quiet, "resync") },
  "a failover back": { back: true, prepare: reversed, act: () => failOver("unplanned") },
  "a planned failover back": { back: true, prepare: reversed, act: () => failOver("planned") },
  "replication out again": {
    back: false,
    prepare: backAtPrimary,
    act: () => site.engine.moves.reverseReplicate(id(), quiet),
  },
};

/** The steps of each flow that send data. */
const stepsOf: Partial<Record<FlowId, readonly (keyof typeof steps)[]>> = {
  S1: [
    "enabling",
    "a cycle",
    "a resync",
    "reverse replication",
    "a cycle back",
    "a resync back",
    "a failover back",
    "replication out again",
  ],
  S3: ["enabling", "a cycle", "a resync", "a planned failover", "failback"],
  S4: ["enabling", "a cycle", "a resync", "a planned failover", "failback"],
  S5: ["enabling", "a cycle", "a failover back", "replication out again"],
  S6: ["enabling", "a cycle", "a resync", "a planned failover", "a cycle back", "a planned failover back"],
};

interface Obstacle {
  readonly words: RegExp;
  readonly flows?: readonly FlowId[];
  set(step: Step): Promise<unknown> | void;
}

/** A line of the site, in the given condition, for the direction that the step's data takes. */
async function line(step: Step, condition: object): Promise<void> {
  const { recoverySide, fabricType } = flows[site.flow];
  const toAzure = recoverySide === "azure";
  const purpose = toAzure && step.back ? "failback" : "replication";
  const connection = !toAzure ? "Lan" : step.back ? "SiteToSiteVpn" : "PublicEndpoint";
  const networkPathName = purpose === "failback" && fabricType === "VMware" ? "vpn" : "line";
  const end = toAzure ? {} : { recoveryFabricName: "paris" };
  const inputs = { ...vault, networkPathName, purpose, connection, ...end, ...condition } as const;
  const handler = handlerOf("network-path", site.engine);
  const known = [...site.engine.listThings({ kind: "network-path" })].find(({ id }) =>
    id.endsWith(`/${networkPathName}`),
  );
  await (known ? handler.update(known.id, known.inputs, inputs, quiet) : handler.create(inputs, quiet));
}

async function takeAgentAway(): Promise<void> {
  const host = site.ids.get("host")!;
  const { inputs } = site.engine.findThing<HostInputs>(host)!;
  const wanted = { ...inputs, recoveryServicesAgentInstalled: false };
  await handlerOf("host", site.engine).update(host, inputs, wanted, quiet);
}

function takeServiceAway(): void {
  const file = path.join(path.dirname(site.image()), "machine.yaml");
  const { mobilityService: _gone, ...definition } = parse(fs.readFileSync(file, "utf8")) as Record<
    string,
    unknown
  >;
  fs.writeFileSync(file, stringify(definition));
}

const obstacles: Record<string, Obstacle> = {
  "its line is cut": { words: /: it is cut/, set: (step) => line(step, { connected: false }) },
  "port 443 is closed": {
    words: /port 443 .* is closed/,
    set: (step) => line(step, { closedPorts: [443] }),
  },
  "the host has no agent": {
    words: /hv1 has no Recovery Services agent/,
    flows: ["S4", "S6"],
    set: takeAgentAway,
  },
  "the Mobility service is gone": {
    words: /Mobility service (does not|no longer) run/,
    flows: ["S1", "S5"],
    set: (step) => (step.back ? undefined : takeServiceAway()),
  },
};

const cases = Object.entries(stepsOf).flatMap(([flow, names]) =>
  names.flatMap((name) =>
    Object.entries(obstacles)
      .filter(([, { flows }]) => flows?.includes(flow as FlowId) ?? true)
      .filter(([what]) => !(what === "the Mobility service is gone" && steps[name]!.back))
      .map(([what]) => [flow as FlowId, name, what] as const),
  ),
);

/** What a step must leave as it is: which machines run, and the recovery points. */
async function world(): Promise<unknown> {
  const item = site.engine.findItem(id());
  if (item === undefined || item.state === "EnablingReplication") return "not protected";
  const { recoveryMachine } = item.details;
  return {
    state: item.state,
    primary: site.power(site.image()),
    recovery: recoveryMachine && site.power(path.join(recoveryMachine.folder, "os.img")),
    points: (await site.engine.recoveryPoints(id())).map((point) => point.id),
  };
}

describe("data that cannot travel", () => {
  it.each(cases)("flow %s refuses %s while %s, and leaves everything as it is", async (flow, name, what) => {
    site = await FlowSite.make({ flow, content: randomBytes(8 * block) });
    const step = steps[name]!;
    await step.prepare();
    const before = await world();
    await obstacles[what]!.set(step);
    await expect(step.act()).rejects.toThrow(obstacles[what]!.words);
    expect(await world()).toEqual(before);
  });

  it("travels again when the agent is back, without anybody asking for a retry", async () => {
    site = await FlowSite.make({ flow: "S4", content: randomBytes(8 * block) });
    await protectAndWrite();
    await takeAgentAway();
    await expect(site.engine.replicate(id(), quiet)).rejects.toThrow(/agent/);
    const host = site.ids.get("host")!;
    const { inputs } = site.engine.findThing<HostInputs>(host)!;
    const mended = { ...inputs, recoveryServicesAgentInstalled: true };
    await handlerOf("host", site.engine).update(host, inputs, mended, quiet);
    expect(await site.engine.replicate(id(), quiet)).toMatchObject({ blocksSent: 1 });
  });
});
