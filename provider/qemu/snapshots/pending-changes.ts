/** How much a disk has changed since a recovery point, without a snapshot. */
import { blockCountOf, type ResyncReason } from "../../disks/disk.ts";
import type { Qmp } from "../qmp.ts";
import { chainOf, type KnownDisk } from "./bitmap-chain.ts";
import { type BlockNode, type DiskAddress, nodeNameOf, readNodes } from "./block-nodes.ts";
import { bitmapName, isPart } from "./names.ts";

export type PendingChanges = { readonly blocks: number } | { readonly everything: ResyncReason };

/** The number of changed blocks; it may be more than there are while a cycle is under way, never less. */
export async function pendingChanges(
  qmp: Qmp,
  { address, ...known }: KnownDisk & { readonly address: DiskAddress },
): Promise<PendingChanges> {
  const name = await nodeNameOf(qmp, address);
  const node = nodeBehind(await readNodes(qmp), name, known);
  if (node === undefined) return { everything: known.since === undefined ? "NewTracking" : "TrackingLost" };
  const chain = chainOf(node, known);
  if (typeof chain === "string") return { everything: chain };
  const blocks = chain.reduce((sum, { countBytes }) => sum + blockCountOf(countBytes), 0);
  return { blocks: Math.min(blocks, blockCountOf(node.sizeBytes)) };
}

/** While a snapshot is read, its filter is between a device and the node with the bitmaps. */
function nodeBehind(nodes: readonly BlockNode[], name: string, { since }: KnownDisk): BlockNode | undefined {
  if (!isPart("filter", name)) return nodes.find((node) => node.name === name);
  if (since === undefined) return undefined;
  return nodes.find(({ bitmaps }) => bitmaps.some((bitmap) => bitmap.name === bitmapName(since)));
}
