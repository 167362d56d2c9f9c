/** Moves a sealed and synced file from a cache to the target; there it has its name only when it is whole. */
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { partialEnding } from "../../targets/layers/layer-writer.ts";
import { said } from "../../message.ts";

const chunkBytes = 1_048_576;

/** Told of bytes before they go; resolves when they may. */
export type Pass = (bytes: number) => Promise<void>;

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly sizeBytes: number;
}

function isOtherFileSystem(error: unknown): boolean {
  const cause = error instanceof SiteRecoveryError ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === "EXDEV";
}

/**
 * On the same file system this is a rename. Onto another one the bytes are copied, synced and then named. The
 * target's folder is synced by whoever publishes what names the file. Returns whether it had to be copied.
 */
export async function moveSegment(
  files: FileSystem,
  move: Move,
  pass: Pass,
  isOtherDevice: boolean,
): Promise<boolean> {
  if (!isOtherDevice) {
    await pass(move.sizeBytes);
    try {
      files.rename(move.from, move.to);
      return false;
    } catch (error) {
      if (!isOtherFileSystem(error)) throw error;
    }
    // This file has waited for the line already; the next ones will be told to be copies.
    await copySegment(files, move, () => Promise.resolve());
    return true;
  }
  await copySegment(files, move, pass);
  return true;
}

async function copySegment(files: FileSystem, { from, to, sizeBytes }: Move, pass: Pass): Promise<void> {
  const partial = to + partialEnding;
  files.remove(partial);
  const source = files.open(from, "read");
  try {
    const target = files.open(partial, "createNew");
    try {
      const chunk = Buffer.alloc(Math.min(chunkBytes, sizeBytes));
      for (let at = 0; at < sizeBytes; at += chunk.length) {
        const piece = chunk.subarray(0, Math.min(chunk.length, sizeBytes - at));
        await pass(piece.length);
        if (source.read(piece, at) !== piece.length) throw shortened(from);
        target.write(piece, at);
      }
      await target.syncLater();
    } finally {
      target.close();
    }
    files.rename(partial, to);
  } catch (error) {
    files.remove(partial);
    throw error;
  } finally {
    source.close();
  }
  files.remove(from);
}

function shortened(from: string): SiteRecoveryError {
  const message = said`${from} in the cache is shorter than it was written. Run the cycle again.`;
  return new SiteRecoveryError("IoFailed", message, { target: from });
}
