import type { DiskFolder, LayerReader } from "../layers/layer-reader.ts";
import { LayerWriter } from "../layers/layer-writer.ts";

/**
 * Writes a segment again with only the records that are needed and puts it in its own place. Maps do not
 * change: they still name records by their first offset, and the new file says where those are now. Records
 * and index pages are copied as they are sealed, so no nonce is used for other bytes. `check` may refuse the new file
 * right before it takes the place.
 */
export async function rewriteSegment(
  disk: DiskFolder,
  reader: LayerReader,
  live: ReadonlyMap<number, number>,
  check: () => void,
): Promise<void> {
  const fileId = Buffer.from(reader.id, "hex");
  const identity = {
    path: reader.path,
    kind: reader.kind,
    storeId: disk.ring.storeId,
    fileId,
    key: reader.key,
  };
  const writer = new LayerWriter(disk.files, identity);
  try {
    for (const segment of reader.directory.segments) writer.segmentIndex(segment);
    const moves = new Map<number, number>();
    for (const [offset, length] of [...live].sort(([left], [right]) => left - right)) {
      moves.set(offset, writer.appendSealed(reader.readRaw(reader.physicalOffset(offset), length)));
    }
    for (const [number, place] of reader.directory.pages.entries()) {
      const { count } = reader.page(number);
      writer.addSealedPage(place, reader.readRaw(place.offset, place.lengthBytes), count);
    }
    writer.setMoves(moves);
    writer.seal();
    check();
  } catch (error) {
    writer.discard();
    throw error;
  }
  await writer.publish();
}
