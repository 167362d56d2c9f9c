/**
 * Whether a raw image is as QEMU left it. QEMU writes its bitmaps into the wrapper at its orderly end, after the last
 * write to the image. So an image that was changed later than its wrapper was written by another program, which no bitmap
 * has seen.
 *
 * A small file beside the wrapper keeps which files the two are. Once this program has seen QEMU end, it also keeps how
 * they were left: then any change of the image shows, also one whose clock is behind.
 */
import { type FileSystem, writeAtomically } from "../../blocks/file-system.ts";
import { readTextFile } from "../../blocks/read-text-file.ts";
import type { ResyncReason } from "../../disks/disk.ts";
import { isRecord } from "../../record.ts";

/** A raw image and the files that belong to it. */
export interface ImageFiles {
  readonly imagePath: string;
  readonly wrapperPath: string;
  readonly evidencePath: string;
}

export interface ImageEvidence {
  readonly imageInode: string;
  readonly wrapperInode: string;
  readonly sizeBytes: number;
  /** Times of the last changes, in nanoseconds since 1970 as decimal digits. Absent until QEMU was seen to end. */
  readonly left?: { readonly image: string; readonly wrapper: string };
  /** Why the wrapper was made again, if it was. */
  readonly lostBecause?: ResyncReason;
}

export function filesOf(imagePath: string): ImageFiles {
  const evidencePath = `${imagePath}.tracking.json`;
  return { imagePath, wrapperPath: `${imagePath}.tracking.qcow2`, evidencePath };
}

/** What is kept, or `undefined` if there is no such file or it was not written by this program. */
export function readEvidence(files: FileSystem, { evidencePath }: ImageFiles): ImageEvidence | undefined {
  if (!files.exists(evidencePath)) return undefined;
  try {
    const value: unknown = JSON.parse(readTextFile(files, evidencePath));
    return isRecord(value) && value["version"] === 1 ? (value as unknown as ImageEvidence) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keeps which files the two are. Durable when it returns. */
export function keepEvidence(
  files: FileSystem,
  imageFiles: ImageFiles,
  more: Pick<ImageEvidence, "left" | "lostBecause">,
): void {
  const image = files.facts(imageFiles.imagePath);
  const wrapper = files.facts(imageFiles.wrapperPath);
  const evidence: ImageEvidence = {
    imageInode: image.inode,
    wrapperInode: wrapper.inode,
    sizeBytes: image.sizeBytes,
    ...more,
  };
  writeAtomically(files, imageFiles.evidencePath, Buffer.from(JSON.stringify({ version: 1, ...evidence })));
}

/**
 * Why what the wrapper's bitmaps say cannot be relied on, or `undefined` if it can. Not to be asked while QEMU runs, which
 * writes to the image all the time.
 */
export function doubtOf(
  files: FileSystem,
  { imagePath, wrapperPath }: ImageFiles,
  evidence: ImageEvidence,
): ResyncReason | undefined {
  const image = files.facts(imagePath);
  const wrapper = files.facts(wrapperPath);
  if (image.inode !== evidence.imageInode) return "ChangedUntracked";
  if (image.sizeBytes !== evidence.sizeBytes) return "SizeChanged";
  if (wrapper.inode !== evidence.wrapperInode) return "TrackingLost";
  const { left } = evidence;
  const isAsLeft =
    left?.wrapper === wrapper.changedAtNs.toString()
      ? left.image === image.changedAtNs.toString()
      : image.changedAtNs <= wrapper.changedAtNs;
  return isAsLeft ? undefined : "ChangedUntracked";
}
