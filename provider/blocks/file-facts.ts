import type fs from "node:fs";

/**
 * What the file system itself knows about a file. Any writer, tracked or not, changes it, and so does a person who puts
 * another file in its place.
 */
export interface FileFacts {
  /** The inode's number as decimal digits: another one means another file, whatever its name and content. */
  readonly inode: string;
  readonly sizeBytes: number;
  /** When the content was last written, in nanoseconds since 1970. */
  readonly modifiedAtNs: bigint;
  /** When content, name count or mode last changed, in nanoseconds since 1970; no ordinary program can set it. */
  readonly changedAtNs: bigint;
  /**
   * When the file was made, in nanoseconds since 1970. Where the file system does not keep that, it is when the file last
   * changed.
   */
  readonly bornAtNs: bigint;
  /** How many names the file has, hard links; a write through one of them changes what all others show. 1 for a folder. */
  readonly linkCount: number;
  /** Whether it is a local socket, which holds no data. */
  readonly isSocket: boolean;
}

/** Returns the facts in what `stat` says. */
export function factsOf(stat: fs.BigIntStats): FileFacts {
  return {
    inode: stat.ino.toString(),
    sizeBytes: Number(stat.size),
    modifiedAtNs: stat.mtimeNs,
    changedAtNs: stat.ctimeNs,
    bornAtNs: stat.birthtimeNs,
    // Those of a folder are the folders in it.
    linkCount: stat.isFile() ? Number(stat.nlink) : 1,
    isSocket: stat.isSocket(),
  };
}
