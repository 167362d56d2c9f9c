import type { LocalFile } from "../../ports/objects.ts";
import type { LayerReader } from "../layers/layer-reader.ts";
import { LayerWriter } from "../layers/layer-writer.ts";
import type { FileSystem } from "../../blocks/file-system.ts";

/**
 * Writes the next copy of a segment, on this computer, with only the records that are needed. Maps do
 * not change: they still name records by their first offset, and the copy says, sealed, where those are in it. Records
 * and index pages are copied as they are sealed, so no nonce is used for other bytes.
 */
export async function rewriteSegment(
  reader: LayerReader,
  live: ReadonlyMap<number, number>,
  to: { files: FileSystem; path: string; storeId: Uint8Array },
): Promise<LocalFile> {
  const { files, ...place } = to;
  const fileId = Buffer.from(reader.id, "hex");
  const writer = new LayerWriter(files, { ...place, kind: reader.kind, fileId, key: reader.key });
  try {
    for (const segment of reader.directory.segments) writer.segmentIndex(segment);
    const moves = new Map<number, number>();
    for (const [offset, length] of [...live].sort(([left], [right]) => left - right)) {
      moves.set(offset, writer.appendSealed(await reader.readRaw(reader.physicalOffset(offset), length)));
    }
    for (const [number, place] of reader.directory.pages.entries()) {
      const { count } = await reader.page(number);
      writer.addSealedPage(place, await reader.readRaw(place.offset, place.lengthBytes), count);
    }
    writer.setMoves(moves);
    writer.seal();
  } catch (error) {
    writer.discard();
    throw error;
  }
  return writer.finish();
}
