/**
 * Lets QEMU keep dirty bitmaps for a raw image, which has no place for them: a small qcow2 file beside it, the wrapper,
 * names the image as the file with its data. The image stays as it is, a raw image for every other program.
 */
import path from "node:path";
import { type Clock, systemClock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { randomHex, type Random, systemRandom } from "../../random.ts";
import { type FileSystem, localFileSystem } from "../../blocks/file-system.ts";
import type { ResyncReason } from "../../disks/disk.ts";
import { doubtOf, filesOf, type ImageFiles, keepEvidence, readEvidence } from "./image-evidence.ts";
import { qemuImg } from "./qemu-img.ts";

export interface WrapperPorts {
  readonly files?: FileSystem;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Whether the QEMU that had the image last is known to have been killed: a bitmap that it never stored is gone. */
  readonly wasKilled?: boolean;
}

export interface WrappedImage {
  readonly imagePath: string;
  readonly wrapperPath: string;
  readonly sizeBytes: number;
  /** Why the image has no bitmap, if it had one before: for `KnownDisk.lostBecause`. */
  readonly lostBecause: ResyncReason | undefined;
}

/** Sectors of QEMU's images: it can show no other sizes. */
const sectorBytes = 512;
/**
 * The tables of a wrapper take 8 bytes for each of these, 32 MiB for a disk of 1 TiB, and are written when it is made. A
 * guest gives space back in whole ones.
 */
const clusterBytes = 256 * 1024;

/**
 * Makes the wrapper of a raw image if it has none. To be called before each start of QEMU with it, and not while QEMU has
 * it: if the image is not as QEMU left it, the wrapper is made again, without bitmaps. All is durable when it resolves.
 * Throws `Busy` if QEMU has the image, and `UnsupportedMachine` for an image whose size is no multiple of 512 bytes.
 */
export async function wrapImage(imagePath: string, ports: WrapperPorts = {}): Promise<WrappedImage> {
  const { files = localFileSystem, clock = systemClock, random = systemRandom } = ports;
  const imageFiles = filesOf(path.resolve(imagePath));
  const { sizeBytes } = files.facts(imagePath);
  if (sizeBytes === 0 || sizeBytes % sectorBytes !== 0) {
    const message = said`Image ${imagePath} has ${sizeBytes} bytes, which is no multiple of ${sectorBytes}: QEMU cannot use it as a disk. Extend it, for example with truncate --size=%${sectorBytes}.`;
    throw new SiteRecoveryError("UnsupportedMachine", message, { target: imagePath });
  }
  const { wrapperPath } = imageFiles;
  const evidence = files.exists(wrapperPath) ? readEvidence(files, imageFiles) : undefined;
  let doubt = evidence && doubtOf(files, imageFiles, evidence);
  const facts = { imagePath: imageFiles.imagePath, wrapperPath, sizeBytes };
  if (evidence !== undefined && doubt === undefined) return { ...facts, lostBecause: evidence.lostBecause };
  const isInterrupted = files.exists(wrapperPath) && (await hasUnstoredBitmaps(wrapperPath, clock));
  if (doubt === "ChangedUntracked" && (isInterrupted || ports.wasKilled === true)) doubt = "TrackingLost";
  await makeWrapper(files, imageFiles, { sizeBytes, clock, word: randomHex(random, 6) });
  // Only now, with the bitmaps gone, the image may count as known.
  keepEvidence(files, imageFiles, doubt === undefined ? {} : { lostBecause: doubt });
  return { ...facts, lostBecause: doubt };
}

/**
 * Keeps how QEMU left a raw image. To be called after QEMU has ended, however it did, and before another program may write
 * to the image. Does not have to be called: what it adds is that changes show although a clock was set back.
 */
export async function keepImageAsLeft(imagePath: string, ports: WrapperPorts = {}): Promise<void> {
  const { files = localFileSystem, clock = systemClock } = ports;
  const imageFiles = filesOf(path.resolve(imagePath));
  const evidence = readEvidence(files, imageFiles);
  if (evidence === undefined || doubtOf(files, imageFiles, evidence) !== undefined) return;
  // What is written from now on gets another time than QEMU's last write.
  await clock.sleep(files.timeStepMilliseconds);
  const image = files.facts(imageFiles.imagePath).changedAtNs.toString();
  const wrapper = files.facts(imageFiles.wrapperPath).changedAtNs.toString();
  const { lostBecause } = evidence;
  keepEvidence(files, imageFiles, {
    left: { image, wrapper },
    ...(lostBecause === undefined ? {} : { lostBecause }),
  });
}

/** The block device for QEMU: the argument of `-blockdev` and of `blockdev-add`. */
export function wrappedBlockdev(
  image: Pick<WrappedImage, "imagePath" | "wrapperPath">,
  node: string,
): object {
  // What the guest discards becomes a hole of the image.
  const discard = "unmap";
  return {
    driver: "qcow2",
    "node-name": node,
    discard,
    file: { driver: "file", filename: image.wrapperPath },
    // Given here and not taken from the wrapper, so that both can be moved together.
    "data-file": { driver: "file", filename: image.imagePath, discard },
  };
}

/** Whether QEMU has ended without storing the bitmaps. Throws `Busy` if it runs: it holds a lock on the wrapper then. */
async function hasUnstoredBitmaps(wrapperPath: string, clock: Clock): Promise<boolean> {
  const info = await qemuImg(["info", "--output=json", wrapperPath], wrapperPath, clock);
  return /"in-use"/.test(info);
}

/**
 * Keeps that an image was completed by its server, with what its disk held already, while its machine was off. To be called
 * before another program may write to it. Without effect if QEMU wrote to it after `keepImageAsLeft`.
 */
export function keepImageAsCompleted(imagePath: string, files: FileSystem): void {
  const imageFiles = filesOf(path.resolve(imagePath));
  const evidence = files.exists(imageFiles.wrapperPath) ? readEvidence(files, imageFiles) : undefined;
  if (evidence?.left === undefined) return;
  const image = files.facts(imageFiles.imagePath);
  const wrapper = files.facts(imageFiles.wrapperPath);
  const isSame = image.inode === evidence.imageInode && wrapper.inode === evidence.wrapperInode;
  if (!isSame || wrapper.changedAtNs.toString() !== evidence.left.wrapper) return;
  const { lostBecause } = evidence;
  keepEvidence(files, imageFiles, {
    left: { image: image.changedAtNs.toString(), wrapper: evidence.left.wrapper },
    ...(lostBecause === undefined ? {} : { lostBecause }),
  });
}

/** QEMU empties the data file that it makes a wrapper for, so it is given another one, which goes again. */
async function makeWrapper(
  files: FileSystem,
  { wrapperPath }: ImageFiles,
  { sizeBytes, clock, word }: { sizeBytes: number; clock: Clock; word: string },
): Promise<void> {
  const folder = path.dirname(wrapperPath);
  const isLeftOver = (name: string): boolean => name.startsWith(`${path.basename(wrapperPath)}.new-`);
  for (const name of files.list(folder)) if (isLeftOver(name)) files.remove(path.join(folder, name));
  const temporary = `${wrapperPath}.new-${word}`;
  const dummy = `${temporary}-data`;
  const settings = `data_file=${escaped(dummy)},data_file_raw=on,cluster_size=${clusterBytes}`;
  try {
    await qemuImg(
      ["create", "-q", "-f", "qcow2", "-o", settings, temporary, String(sizeBytes)],
      temporary,
      clock,
    );
    const file = files.open(temporary, "readWrite");
    try {
      file.sync();
    } finally {
      file.close();
    }
    files.rename(temporary, wrapperPath);
    files.syncFolder(folder);
  } finally {
    files.remove(dummy);
    files.remove(temporary);
  }
}

/** QEMU's options end at a comma; two of them are one. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}
