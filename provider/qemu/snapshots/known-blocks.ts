/** What QEMU knows of the blocks of a snapshot: which have changed since a recovery point, and which may hold data. */
import type { Clock } from "../../clock.ts";
import { assert } from "../../errors.ts";
import type { FileSystem } from "../../blocks/file-system.ts";
import { BlockSet } from "../../disks/block-set.ts";
import { dataRangesOf } from "../../disks/data-ranges.ts";
import { blockCountOf, blockSizeBytes, type ResyncReason } from "../../disks/disk.ts";
import { connectNbd } from "../../nbd/client/connect-nbd.ts";
import type { NbdClient } from "../../nbd/client/nbd-client.ts";
import { allocationContext } from "../../nbd/protocol.ts";
import type { Qmp } from "../qmp.ts";
import { action } from "./bitmap-chain.ts";
import { endExports } from "./clear-cycle.ts";
import { partName } from "./names.ts";
import { changedBlocks, dataBlocks, dirtyContext } from "./read-extents.ts";

export interface KnownBlocks {
  /** The blocks changed since the recovery point that the caller named, a superset; or why everything is to be compared. */
  readonly changes: BlockSet | { readonly everything: ResyncReason };
  /** The blocks that may be other than zero, a superset. */
  readonly dataBlocks: BlockSet;
}

/** The disk of a cycle, by its number, after the instant. */
export interface BlocksRequest {
  readonly cycle: string;
  readonly index: number;
  /** Where QEMU's NBD server listens. */
  readonly socketPath: string;
  /** The disk's node, which has the bitmaps. */
  readonly node: string;
  /** A node over it, which is exported: the disk's own may have users that allow no export. */
  readonly view: string;
  readonly sizeBytes: number;
  /** The raw image behind the node, if it has one: QEMU does not report its holes. */
  readonly imagePath: string | undefined;
  /** The bitmap with the changes since the recovery point, or why there is none. */
  readonly since: { readonly bitmap: string } | { readonly everything: ResyncReason };
  /** The bitmap that records since the instant. */
  readonly recording: string;
}

export async function readKnownBlocks(
  qmp: Qmp,
  request: BlocksRequest,
  { files, clock }: { files: FileSystem; clock: Clock },
): Promise<KnownBlocks> {
  const { since, imagePath } = request;
  const known = await withExport(qmp, request, {
    bitmap: "bitmap" in since ? since.bitmap : undefined,
    clock,
    read: async (client) => ({
      changes: "bitmap" in since ? await changedBlocks(client, since.bitmap) : since,
      allocated: await dataBlocks(client),
    }),
  });
  const { changes } = known;
  const inImage = imagePath === undefined ? undefined : blocksOfImage(files, imagePath, request.sizeBytes);
  const data = inImage ?? known.allocated;
  if (data.count < data.limit) data.addAll(await changedSinceInstant(qmp, request, clock));
  return { changes, dataBlocks: data };
}

function blocksOfImage(files: FileSystem, imagePath: string, sizeBytes: number): BlockSet {
  const image = files.open(imagePath, "read");
  try {
    const blocks = new BlockSet(blockCountOf(sizeBytes));
    for (const { firstBlock, blockCount } of dataRangesOf(image, sizeBytes))
      blocks.addRange(firstBlock, blockCount);
    return blocks;
  } finally {
    image.close();
  }
}

/**
 * A block without data may have had some at the instant, if it was zeroed since. QEMU exports no bitmap that records, so
 * a copy of it is exported. It notes a request at its end; a transaction waits for the end of all that have begun.
 */
async function changedSinceInstant(qmp: Qmp, request: BlocksRequest, clock: Clock): Promise<BlockSet> {
  const { node, recording, cycle, index } = request;
  const bitmap = partName("changed", cycle, index);
  await qmp.execute("transaction", {
    actions: [
      action("block-dirty-bitmap-add", { node, name: bitmap, disabled: true, granularity: blockSizeBytes }),
      action("block-dirty-bitmap-merge", { node, target: bitmap, bitmaps: [recording] }),
    ],
  });
  const read = (client: NbdClient): Promise<BlockSet> => changedBlocks(client, bitmap);
  const blocks = await withExport(qmp, request, { bitmap, read, clock });
  await qmp.execute("block-dirty-bitmap-remove", { node, name: bitmap });
  return blocks;
}

interface Reading<T> {
  readonly bitmap: string | undefined;
  readonly clock: Clock;
  read(client: NbdClient): Promise<T>;
}

/** Offers the disk and a bitmap over NBD for as long as it takes to read what is known of it. */
async function withExport<T>(
  qmp: Qmp,
  request: BlocksRequest,
  { bitmap, read, clock }: Reading<T>,
): Promise<T> {
  const { cycle, index, node, view, socketPath, sizeBytes } = request;
  const exportName = partName("nbd", cycle, index);
  const bitmaps = bitmap === undefined ? {} : { bitmaps: [{ node, name: bitmap }] };
  await qmp.execute("block-export-add", {
    type: "nbd",
    id: exportName,
    name: exportName,
    "node-name": view,
    ...bitmaps,
  });
  const contexts = [allocationContext, ...(bitmap === undefined ? [] : [dirtyContext(bitmap)])];
  const client = await connectNbd({ socketPath, exportName, contexts });
  try {
    assert(client.sizeBytes === sizeBytes, `disk ${exportName} has another size than its node`);
    return await read(client);
  } finally {
    client.close();
    await endExports(qmp, clock, "nbd");
  }
}
