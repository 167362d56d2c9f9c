import { scheduler } from "node:timers/promises";
import type { FileSystem } from "../blocks/file-system.ts";

const pieceBytes = 1_048_576;

/** Copies a file to a new one, which is on the device when it resolves, but for its name. Resolves to its size. */
export async function copyDurably(files: FileSystem, from: string, to: string): Promise<number> {
  const source = files.open(from, "read");
  try {
    const target = files.open(to, "createNew");
    try {
      const piece = Buffer.alloc(pieceBytes);
      let at = 0;
      for (let count = source.read(piece, 0); count > 0; count = source.read(piece, at)) {
        target.write(piece.subarray(0, count), at);
        at += count;
        await scheduler.yield();
      }
      await target.syncLater();
      return at;
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}
