/**
 * Network paths: what a site reaches the other side by. A path is a link with state; a closed port or a cut makes
 * what goes over it fail, and time may heal that, so that it is retried (V2A-4, HW-4f).
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { FabricType } from "../../kinds/fabric.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import { defaultDataPort, type NetworkPathInputs, networkPorts } from "../../kinds/network-path.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { said } from "../../message.ts";

/** The ports that a path needs open: machines of VMware fabrics send to a process server, hosts do not (V2A-4). */
export function requiredPorts(path: NetworkPathInputs, fabricType: FabricType): number[] {
  const data = fabricType === "VMware" ? [path.dataPort ?? defaultDataPort] : [];
  return [...new Set([networkPorts.management, ...data])];
}

function useOf(port: number, path: NetworkPathInputs, need: Pick<PathNeed, "listeningPort">): string {
  if (port === need.listeningPort) return "the host at the other side";
  if (port === (path.dataPort ?? defaultDataPort)) return "data to the process server";
  return port === networkPorts.multiVm
    ? "between the machines of a replication group"
    : "management and the target";
}

/** What keeps a path from carrying what it is for, in words, or `undefined` if it is fine. */
export function pathProblem(
  path: NetworkPathInputs,
  ports: readonly number[],
  need: Pick<PathNeed, "listeningPort"> = {},
): string | undefined {
  if (path.connected === false) return "it is cut";
  const closed = ports.filter((port) => path.closedPorts?.includes(port));
  if (closed.length === 0) return undefined;
  return closed.map((port) => `port ${port} (${useOf(port, path, need)}) is closed`).join(", ");
}

/** What is to go over a path. */
export interface PathNeed {
  readonly fabricId: string;
  readonly purpose: NetworkPathInputs["purpose"];
  /** The other end; Azure by default. */
  readonly recoveryFabricName?: string;
  /** Whether data travels over a declared path only; by default a site without any has an open one. */
  readonly isDeclared?: boolean;
  /** Whether machines of a replication group agree on a point, which takes a port of its own (V2A-5). */
  readonly isMultiVm?: boolean;
  /** The port that a host at the other side listens on, where one takes the data. */
  readonly listeningPort?: number | undefined;
}

function pathsFor(parts: EngineParts, need: PathNeed): { name: string; inputs: NetworkPathInputs }[] {
  const end = (need.recoveryFabricName ?? microsoftAzure).toLowerCase();
  return listThings<NetworkPathInputs>(parts.store, { kind: "network-path", under: need.fabricId })
    .map(({ id, inputs }) => ({ name: nameOf(id), inputs }))
    .filter(({ inputs }) => inputs.purpose === need.purpose)
    .filter(({ inputs }) => (inputs.recoveryFabricName ?? microsoftAzure).toLowerCase() === end);
}

/**
 * Returns if one of the declared paths carries what is asked. A site without any has an open one, unless a declared
 * one is needed (V2F-6): then throws `PrerequisitesNotMet`. Throws the recoverable `TargetUnreachable` when all paths
 * are cut or closed.
 */
export function requirePath(parts: EngineParts, need: PathNeed): void {
  const site = nameOf(need.fabricId);
  const end = need.recoveryFabricName ?? microsoftAzure;
  const paths = pathsFor(parts, need);
  if (paths.length === 0 && need.isDeclared !== true) return;
  if (paths.length === 0) {
    const message = said`Failback to the site ${site} needs a VPN or ExpressRoute from ${end}, and none is declared. Declare a
        NetworkPath with the purpose "failback" in that fabric.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: need.fabricId });
  }
  const extra = [
    ...(need.isMultiVm ? [networkPorts.multiVm] : []),
    ...(need.listeningPort === undefined ? [] : [need.listeningPort]),
  ];
  const fabricType = fabricTypeOf(parts, need.fabricId) ?? "HyperVSite";
  const problems: string[] = [];
  for (const { name, inputs } of paths) {
    const problem = pathProblem(inputs, [...requiredPorts(inputs, fabricType), ...extra], need);
    if (problem === undefined) return;
    problems.push(`${name}: ${problem}`);
  }
  const way = need.purpose === "replication" ? `from the site ${site} to ${end}` : `from ${end} to ${site}`;
  const message =
    `No network path carries the ${need.purpose} ${way}: ${problems.join("; ")}. Open it again; the work resumes ` +
    "where it stopped.";
  throw new SiteRecoveryError("TargetUnreachable", message, { target: need.fabricId });
}
