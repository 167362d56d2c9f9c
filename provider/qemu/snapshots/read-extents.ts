/** Which blocks of a disk an NBD context names. */
import { BlockSet } from "../../disks/block-set.ts";
import { blockCountOf, blockSizeBytes } from "../../disks/disk.ts";
import type { NbdClient } from "../../nbd/client/nbd-client.ts";
import { allocationContext, allocationFlags } from "../../nbd/protocol.ts";

/** In the context of a dirty bitmap, this flag says that a range has changed. */
const dirtyFlag = 1;

/** The context under which QEMU offers a dirty bitmap. */
export function dirtyContext(bitmap: string): string {
  return `qemu:dirty-bitmap:${bitmap}`;
}

/** The blocks that a bitmap marks as changed. */
export function changedBlocks(client: NbdClient, bitmap: string): Promise<BlockSet> {
  return blocksWith(client, dirtyContext(bitmap), (flags) => (flags & dirtyFlag) !== 0);
}

/** The blocks that may be other than zero. */
export async function dataBlocks(client: NbdClient): Promise<BlockSet> {
  return blocksWith(client, allocationContext, (flags) => (flags & allocationFlags.zero) === 0);
}

async function blocksWith(
  client: NbdClient,
  context: string,
  isMeant: (flags: number) => boolean,
): Promise<BlockSet> {
  const blocks = new BlockSet(blockCountOf(client.sizeBytes));
  for (const { offset, lengthBytes, flags } of await client.extents(context)) {
    if (!isMeant(flags)) continue;
    const first = Math.floor(offset / blockSizeBytes);
    blocks.addRange(first, blockCountOf(offset + lengthBytes) - first);
  }
  return blocks;
}
