/** Copies a replica store to another folder, for an engine that keeps its stores elsewhere. */
import path from "node:path";
import { type FileSystem, makeFolderDurably } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { namesIn } from "./find-stores.ts";
import { said } from "../message.ts";

const pieceBytes = 4 * 1024 * 1024;

/**
 * Copies all files, durably. The copy gets its name when it is whole; what a killed one left is removed first. Throws
 * `AlreadyExists` if there is something in its place.
 */
export function copyStore(files: FileSystem, from: string, to: string): { bytesCopied: number } {
  if (files.list(to).length > 0) {
    const message = said`There is something in ${to} already. Remove it, or use another home.`;
    throw new SiteRecoveryError("AlreadyExists", message, { target: to });
  }
  const partial = `${to}.adopting`;
  files.remove(partial);
  makeFolderDurably(files, path.dirname(to));
  const bytesCopied = copyFolder(files, from, partial);
  files.remove(to);
  files.rename(partial, to);
  files.syncFolder(path.dirname(to));
  return { bytesCopied };
}

/** Locks and pins belong to those who hold them, and stay behind. */
const leftBehind = new Set(["pins", "writer.lock", ".objects.lock", "spool"]);

function copyFolder(files: FileSystem, from: string, to: string): number {
  files.makeFolder(to);
  let bytes = 0;
  for (const name of files.list(from).filter((one) => !leftBehind.has(one))) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    const isFolder = namesIn(files, source) !== undefined;
    bytes += isFolder ? copyFolder(files, source, target) : copyFile(files, source, target);
  }
  files.syncFolder(to);
  return bytes;
}

function copyFile(files: FileSystem, from: string, to: string): number {
  const source = files.open(from, "read");
  try {
    const target = files.open(to, "createNew");
    try {
      const { sizeBytes } = source.size();
      const piece = Buffer.alloc(Math.min(pieceBytes, sizeBytes));
      for (let at = 0; at < sizeBytes;) {
        const count = source.read(piece.subarray(0, Math.min(piece.length, sizeBytes - at)), at);
        if (count === 0) break;
        target.write(piece.subarray(0, count), at);
        at += count;
      }
      target.sync();
      return sizeBytes;
    } finally {
      target.close();
    }
  } finally {
    source.close();
  }
}
