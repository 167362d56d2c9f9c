/**
 * The inventories of a fabric: whatever holds machines at its side. A Hyper-V site has registered hosts, a VMM
 * server the hosts of its clouds, a configuration server the physical servers it protects and the vCenter servers
 * whose ESXi hosts it discovers machines through (C-6).
 */
import { nameOf, parentOf } from "../../arm-id.ts";
import type { KindName } from "../../kinds/kind.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricTypeOf } from "./fabric-type.ts";
import type { FabricType, Platform } from "../../model/flows.ts";

export interface Inventory {
  /** The id of the host, the vCenter server or the registration that holds the machines. */
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly platform: Platform;
  /** The container that all its machines are in; absent: any of the fabric's. */
  readonly containerName: string | undefined;
}

/** The fabric that a protected item, a container or a host belongs to. */
export function fabricOf(id: string): string {
  let current = id;
  while (!/\/replicationFabrics\/[^/]+$/i.test(current)) {
    const parent = parentOf(current);
    if (parent === current) return id;
    current = parent;
  }
  return current;
}

/** The kinds of things that hold machines, and what the machines of each run on, by fabric. */
const holders: readonly { kind: KindName; platforms: Partial<Record<FabricType, Platform>> }[] = [
  // A server that failed back is a VMware machine (V2F-9), and found before the physical one that it was.
  { kind: "vcenter", platforms: { VMware: "vmware" } },
  { kind: "services-provider", platforms: { HyperVSite: "hyper-v", VMware: "physical" } },
  { kind: "host", platforms: { VMM: "hyper-v" } },
];

interface HolderInputs {
  readonly inventoryFolder?: string;
  readonly protectionContainerName?: string;
}

export function inventoriesOf(parts: EngineParts, fabricId: string): Inventory[] {
  const fabricType = fabricTypeOf(parts, fabricId) ?? "HyperVSite";
  if (fabricType === "Azure") return [];
  return holders.flatMap(({ kind, platforms }) => {
    const platform = platforms[fabricType];
    if (platform === undefined) return [];
    return listThings<HolderInputs>(parts.store, { kind, under: fabricId }).flatMap(({ id, inputs }) =>
      inputs.inventoryFolder === undefined
        ? []
        : {
            id,
            name: nameOf(id),
            folder: inputs.inventoryFolder,
            platform,
            containerName: inputs.protectionContainerName,
          },
    );
  });
}
