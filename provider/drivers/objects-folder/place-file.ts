import { scheduler } from "node:timers/promises";
import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Body, LocalFile, PutOptions } from "../../ports/objects.ts";
import { throwIfStopped } from "../throw-if-stopped.ts";

const chunkBytes = 1_048_576;

/**
 * Brings a body to a path of the target's file system, durably but for its name. A file of the same file system is moved,
 * any other copied.
 */
export async function placeFile(
  files: FileSystem,
  body: Body,
  to: string,
  options: PutOptions,
): Promise<void> {
  const { pace, signal } = options;
  await pace?.(body instanceof Uint8Array ? body.length : body.sizeBytes);
  throwIfStopped(signal, to);
  if (body instanceof Uint8Array) {
    await written(files, to, (file) => Promise.resolve(file.write(body, 0)));
    return;
  }
  if (body.files === files && isMoved(body, to)) return;
  await written(files, to, (file) => copyInto(file, body, options));
  body.files.remove(body.path);
}

/** False: it is on another file system. */
function isMoved({ files, path }: LocalFile, to: string): boolean {
  try {
    files.rename(path, to);
    return true;
  } catch (error) {
    const cause = error instanceof SiteRecoveryError ? error.cause : undefined;
    if ((cause as NodeJS.ErrnoException | undefined)?.code === "EXDEV") return false;
    throw error;
  }
}

async function written(
  files: FileSystem,
  to: string,
  write: (file: OpenFile) => Promise<void>,
): Promise<void> {
  const file = files.open(to, "createNew");
  try {
    await write(file);
    await file.syncLater();
  } finally {
    file.close();
  }
}

async function copyInto(target: OpenFile, body: LocalFile, { signal }: PutOptions): Promise<void> {
  const source = body.files.open(body.path, "read");
  try {
    const chunk = Buffer.alloc(Math.min(chunkBytes, body.sizeBytes));
    for (let at = 0; at < body.sizeBytes; at += chunk.length) {
      const piece = chunk.subarray(0, Math.min(chunk.length, body.sizeBytes - at));
      throwIfStopped(signal, target.path);
      if (source.read(piece, at) !== piece.length) throw shortened(body.path);
      target.write(piece, at);
      await scheduler.yield();
    }
  } finally {
    source.close();
  }
}

function shortened(from: string): SiteRecoveryError {
  const message = said`${from} is shorter than it was written. Run the command again.`;
  return new SiteRecoveryError("IoFailed", message, { target: from });
}
