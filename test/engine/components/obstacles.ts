/** What may be in the way of a step: how it comes about, what it must be called, and how it is mended. */
import fs from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { type FlowId, flows } from "../../../provider/model/flows.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../fixture.ts";
import { vault, type Way, type WaySite } from "./way-site.ts";

/** What a step is, for the question of what may be in its way. */
export interface StepFacts {
  readonly way: Way;
  /** Whether it makes, reads or removes a machine at the recovery side. */
  readonly touchesRecovery?: boolean;
  /** Whether it makes or writes the machine at the primary side, which it does not read. */
  readonly touchesPrimary?: boolean;
  /** Whether it needs the replica of the way out, although nothing travels that way. */
  readonly readsReplica?: boolean;
}

type Mend = () => unknown;

export interface Obstacle {
  readonly words: RegExp;
  /** The flows that have what is gone; absent: all. */
  has?(flow: FlowId): boolean;
  /** Whether the step has to be refused for it. */
  blocks(flow: FlowId, step: StepFacts): boolean;
  /** Returns what mends it, or `undefined` if it cannot come about now. */
  set(ways: WaySite, step: StepFacts): Promise<Mend | undefined> | Mend;
}

const isVmware = (flow: FlowId): boolean => flows[flow].fabricType === "VMware";
const toAzure = (flow: FlowId): boolean => flows[flow].recoverySide === "azure";

/** A line of the site, in the given condition, for the direction that the step's data takes. */
async function line({ site }: WaySite, { way }: StepFacts, condition: object): Promise<Mend> {
  const isFailback = toAzure(site.flow) && way === "back";
  const networkPathName = isFailback && isVmware(site.flow) ? "vpn" : "line";
  const inputs = {
    ...{ ...vault, fabricName: "london", networkPathName },
    purpose: isFailback ? "failback" : "replication",
    connection: !toAzure(site.flow) ? "Lan" : isFailback ? "SiteToSiteVpn" : "PublicEndpoint",
    ...(toAzure(site.flow) ? {} : { recoveryFabricName: "paris" }),
  };
  const handler = handlerOf("network-path", site.engine);
  const known = site.engine
    .listThings({ kind: "network-path" })
    .find(({ id }) => id.endsWith(`/${networkPathName}`));
  const cut = { ...inputs, ...condition };
  const { id } = known ?? (await handler.create(cut, quiet));
  if (known) await handler.update(id, known.inputs, cut, quiet);
  return () => handler.update(id, cut, inputs, quiet);
}

async function agent({ site }: WaySite, name: "host" | "second host"): Promise<Mend> {
  const id = site.ids.get(name)!;
  const handler = handlerOf("host", site.engine);
  const { inputs } = site.engine.findThing(id)!;
  const bare = { ...inputs, recoveryServicesAgentInstalled: false };
  await handler.update(id, inputs, bare, quiet);
  return () => handler.update(id, bare, inputs, quiet);
}

function mobilityService({ site }: WaySite): Mend {
  const file = path.join(path.dirname(site.image()), "machine.yaml");
  const text = fs.readFileSync(file, "utf8");
  const { mobilityService: _gone, ...definition } = parse(text) as Record<string, unknown>;
  fs.writeFileSync(file, stringify(definition));
  return () => fs.writeFileSync(file, text);
}

function moveAway(folder: string): Mend {
  fs.renameSync(folder, `${folder}-away`);
  return () => fs.renameSync(`${folder}-away`, folder);
}

/** What holds machines at the primary side: of the machine itself, or the hypervisor that it comes back to. */
function primaryHost({ site }: WaySite, { way }: StepFacts): string {
  if (way === "out") return path.dirname(path.dirname(site.image()));
  return path.join(site.folder, "london", isVmware(site.flow) ? "vcenter" : "hv1");
}

async function deleteHost({ site }: WaySite): Promise<Mend | undefined> {
  const id = site.ids.get(isVmware(site.flow) ? "vCenter" : "host")!;
  const { kind, inputs } = site.engine.findThing(id)!;
  const handler = handlerOf(kind, site.engine);
  try {
    await handler.delete(id, quiet);
  } catch (error) {
    // A host that keeps a replica stays.
    if (error instanceof SiteRecoveryError && error.code === "InUse") return undefined;
    throw error;
  }
  return () => handler.create(inputs, quiet);
}

function replicaFolder({ site }: WaySite): string {
  return flows[site.flow].replicaHolder === "master-target"
    ? path.join(site.folder, "paris", "retention")
    : path.join(site.folder, "home", "storage", "replicas");
}

export const obstacles: Record<string, Obstacle> = {
  "its line is cut": {
    words: /: it is cut/,
    blocks: (_flow, { way }) => way !== "none",
    set: (ways, step) => line(ways, step, { connected: false }),
  },
  "port 443 is closed": {
    words: /port 443 .* is closed/,
    blocks: (_flow, { way }) => way !== "none",
    set: (ways, step) => line(ways, step, { closedPorts: [443] }),
  },
  "the data port is closed": {
    words: /port 9443 \(data to the process server\) is closed/,
    blocks: (flow, { way }) => isVmware(flow) && way !== "none",
    set: (ways, step) => line(ways, step, { closedPorts: [9443] }),
  },
  "the process server's cache is gone": {
    words: /process server \S+ cannot work: its cache folder \S+ is gone/,
    // Migrations and the second site of S5 have a server by default, whose cache is made when it is needed.
    blocks: (flow, { way }) =>
      flow !== "M1" && (way === "out" || (way === "back" && flows[flow].wayBack !== "none" && flow !== "S5")),
    set: ({ caches, flow }, { way }) => {
      const sharesServer = flows[flow].wayBack === "failback";
      return moveAway(way === "out" || sharesServer ? caches.out : caches.back);
    },
  },
  "the host has no agent": {
    words: /its host hv1 has no Recovery Services agent/,
    has: (flow) => flows[flow].fabricType === "VMM",
    blocks: (_flow, { way }) => way !== "none",
    set: (ways) => agent(ways, "host"),
  },
  "the second site's host has no agent": {
    words: /the host hv1 of the second site paris has no Recovery Services agent/,
    has: (flow) => flow === "S6",
    blocks: (_flow, { way }) => way !== "none",
    set: (ways) => agent(ways, "second host"),
  },
  "the Mobility service is gone": {
    words: /Mobility service (does not|no longer) runs? on web1/,
    has: (flow) => flows[flow].needsMobilityService,
    blocks: (_flow, { way }) => way === "out",
    set: (ways) => mobilityService(ways),
  },
  "the primary side's host is deleted": {
    words:
      /london has no (host|vCenter|hypervisor)|It was on vcenter|no host of the site london has a machine/i,
    // The registration of a physical server's host, or of a Hyper-V host, has users.
    has: (flow) => flow !== "S2" && flow !== "S3",
    blocks: (_flow, { way }) => way !== "none",
    set: deleteHost,
  },
  "the primary side's host is away": {
    words: /No host of the site london can be reached|(hv1|vcenter|london-server) \(\S+\) does not answer/,
    blocks: (_flow, { way, touchesPrimary }) => way !== "none" || touchesPrimary === true,
    set: (ways, step) => moveAway(primaryHost(ways, step)),
  },
  "the second site's host is away": {
    has: (flow) => !toAzure(flow),
    words:
      /No host of the site paris can be reached|at paris cannot be reached|paris\/hv1\/\.replicas cannot be reached|its disk os cannot be reached: \S+paris/,
    blocks: (flow, { way, touchesRecovery }) => touchesRecovery ?? (flow === "S6" && way !== "none"),
    set: ({ site }) => moveAway(path.join(site.folder, "paris", isVmware(site.flow) ? "vcenter" : "hv1")),
  },
  "the target is away": {
    words: /cannot be reached|is gone|lost its key/,
    blocks: (flow, { way, readsReplica }) =>
      flow !== "S6" &&
      (way === "out" || readsReplica === true || (way === "back" && flows[flow].wayBack === "failback")),
    set: (ways) => moveAway(replicaFolder(ways)),
  },
};
