/**
 * What becomes of the bitmaps when a cycle is over. Each step goes by the names alone, so that another process can take it
 * after this one has died, and can be repeated.
 */
import type { Lineage } from "../../model/lineage.ts";
import type { Qmp } from "../qmp.ts";
import { chainOf, joinChain, type KnownDisk, removeBitmaps, trackingBitmapsOf } from "./bitmap-chain.ts";
import { type BlockNode, type DiskAddress, nodeOf } from "./block-nodes.ts";
import { bitmapName } from "./names.ts";

/**
 * Ends a cycle whose process has died. The lineage of the newest durable recovery point decides: a bitmap before it is not
 * needed any more, and what was recorded after it is pending. Without such a chain all stays as it is until a point is
 * durable.
 */
export async function settleBitmaps(qmp: Qmp, node: BlockNode, known: KnownDisk): Promise<void> {
  const chain = chainOf(node, known);
  if (typeof chain === "string") return;
  await joinChain(qmp, node.name, chain);
  await removeBitmaps(qmp, node.name, othersOf(node, new Set(chain.map(({ name }) => name))));
}

/** The recovery point with this lineage is durable: only what changes after it counts. */
export async function completePoint(qmp: Qmp, address: DiskAddress, lineage: Lineage): Promise<void> {
  const node = await nodeOf(qmp, address);
  const kept = bitmapName(lineage);
  // Without its bitmap the next cycle compares everything, whatever others say.
  await removeBitmaps(qmp, node.name, othersOf(node, new Set([kept])));
}

/** The recovery point with this lineage was not made: what has changed since the one before stays pending. */
export async function abandonPoint(
  qmp: Qmp,
  address: DiskAddress,
  lineage: Lineage,
  since: Lineage | undefined,
): Promise<void> {
  const node = await nodeOf(qmp, address);
  const tracking = trackingBitmapsOf(node);
  const made = tracking.find(({ name }) => name === bitmapName(lineage));
  if (made === undefined) return;
  const before = since && tracking.find(({ name }) => name === bitmapName(since));
  if (before !== undefined && !before.isInconsistent && !before.isRecording)
    await joinChain(qmp, node.name, [before, made]);
  else await removeBitmaps(qmp, node.name, [made.name]);
}

function othersOf(node: BlockNode, kept: ReadonlySet<string>): string[] {
  return trackingBitmapsOf(node)
    .map(({ name }) => name)
    .filter((name) => !kept.has(name));
}
