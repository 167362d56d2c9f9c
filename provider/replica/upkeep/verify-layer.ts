import { hasCode } from "../../errors.ts";
import { DamagedObjectError } from "../damaged-object.ts";
import type { EntryTable } from "../layers/entry-table.ts";
import { checksumOf } from "../layers/layer-format.ts";
import type { LayerReader } from "../layers/layer-reader.ts";

export interface LayerHealth {
  /** Offsets of records that cannot be read. */
  readonly damagedOffsets: ReadonlySet<number>;
  /** The first damage found, in words; undefined: all is well. */
  readonly message: string | undefined;
  /** True when the index is damaged: whatever uses the file as a layer is lost. */
  readonly indexLost: boolean;
  /** True when nothing of the file can be used. */
  readonly unreadable: boolean;
}

/** Reads every page and every record of an open layer file and checks tags and checksums. */
export async function verifyLayer(reader: LayerReader): Promise<LayerHealth> {
  const damagedOffsets = new Set<number>();
  let message: string | undefined;
  let indexLost = false;
  for (const number of reader.directory.pages.keys()) {
    try {
      const page = await reader.page(number);
      if (reader.kind === "map") continue;
      for (let index = 0; index < page.count; index += 1) {
        const offset = page.offset(index);
        if (page.length(index) === 0 || reader.directory.moves?.has(offset) === false) continue;
        const why = await recordDamage(reader, page, index);
        if (why === undefined) continue;
        message ??= why;
        damagedOffsets.add(offset);
      }
    } catch (error) {
      message ??= damageOf(error);
      indexLost = true;
    }
  }
  return { damagedOffsets, message, indexLost, unreadable: false };
}

async function recordDamage(
  reader: LayerReader,
  page: EntryTable,
  index: number,
): Promise<string | undefined> {
  const block = page.block(index);
  try {
    const plain = await reader.readBlock(block, page.offset(index), page.length(index));
    return checksumOf(plain).equals(page.checksum(index)) ? undefined : `block ${block} has another checksum`;
  } catch (error) {
    return damageOf(error);
  }
}

/** What a `Damaged` error is about, in words; any other error is not about damage and is thrown on. */
export function damageOf(error: unknown): string {
  if (error instanceof DamagedObjectError) return error.why;
  if (hasCode(error, "Damaged")) return error.message;
  throw error;
}
