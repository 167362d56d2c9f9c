import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { type FileSystem, type OpenFile, writeAtomically } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";

/**
 * A block's mark: the point's data count; it is in the image; it is in the image and was synced. A flipped bit
 * turns none of them into another.
 */
const marks = { lacking: 0, written: 0x5a, durable: 0xa5 } as const;
const known: ReadonlySet<number> = new Set(Object.values(marks));
const headerBytes = 64;
const originAt = 32;
const originBytes = 28;
const checksumAt = 60;

/** Where the marks of an overlay image are. */
export function marksPathOf(overlayPath: string): string {
  return `${overlayPath}.filled`;
}

/**
 * Which blocks an overlay image holds: `<overlay>.filled`, a header that names the boot of the machine and the
 * disk that the image lies over (`origin`), then a byte a block. After the death of a process all marks count. After a power cut only those do that were
 * made durable behind the image's own sync: the system may have kept another mark and lost the block it
 * speaks of.
 */
export class OverlayMarks {
  readonly #file: OpenFile;
  readonly #marks: Uint8Array;
  readonly #pending = new Set<number>();
  #lacking: number;

  /** Throws `AlreadyExists` if the image belongs to another disk than `origin`. */
  constructor(
    files: FileSystem,
    overlayPath: string,
    { blockCount, origin, bootId }: { blockCount: number; origin: string; bootId: string },
  ) {
    const filePath = marksPathOf(overlayPath);
    const header = Buffer.alloc(headerBytes);
    header.write(`SRFILLED ${bootId}`, "latin1");
    createHash("sha256").update(origin).digest().copy(header, originAt, 0, originBytes);
    header.writeUInt32LE(crc32(header.subarray(0, checksumAt)), checksumAt);
    if (!files.exists(filePath)) writeAtomically(files, filePath, header);
    this.#file = files.open(filePath, "readWrite");
    this.#marks = new Uint8Array(blockCount);
    this.#file.read(this.#marks, headerBytes);
    const before = Buffer.alloc(headerBytes);
    this.#file.read(before, 0);
    const isSound = crc32(before.subarray(0, checksumAt)) === before.readUInt32LE(checksumAt);
    if (!isSound || !this.#areKnown()) {
      this.#file.close();
      throw damagedMarks(filePath, overlayPath);
    }
    if (!before.subarray(originAt, checksumAt).equals(header.subarray(originAt, checksumAt))) {
      this.#file.close();
      const message = said`${overlayPath} holds what was written to another recovery point or disk. Name another file, or remove it and ${filePath}.`;
      throw new SiteRecoveryError("AlreadyExists", message, { target: overlayPath });
    }
    if (!before.equals(header)) this.#forgetWritten(header);
    this.#lacking = 0;
    for (let block = 0; block < this.#marks.length; block += 1) {
      const mark = this.#marks[block];
      if (mark === marks.lacking) this.#lacking += 1;
      else if (mark === marks.written) this.#pending.add(block);
    }
  }

  /** Plain loops over the marks: a disk of 4 TiB has 67 million of them. */
  #areKnown(): boolean {
    for (let block = 0; block < this.#marks.length; block += 1) {
      if (this.#marks[block] !== marks.lacking && !known.has(this.#marks[block]!)) return false;
    }
    return true;
  }

  get lackingCount(): number {
    return this.#lacking;
  }

  has(block: number): boolean {
    return this.#marks[block] !== marks.lacking;
  }

  /** The first block from `block` on that the image lacks; -1 when there is none. */
  nextLacking(block: number): number {
    return this.#marks.indexOf(marks.lacking, block);
  }

  /** The block is in the image, whole. Survives the death of the process. */
  add(block: number): void {
    if (this.has(block)) return;
    this.#file.write(Uint8Array.of(marks.written), headerBytes + block);
    this.#marks[block] = marks.written;
    this.#pending.add(block);
    this.#lacking -= 1;
  }

  /** Marks lacking blocks, in order. */
  addAll(blocks: readonly number[]): void {
    this.#write(blocks, marks.written);
    for (const block of blocks) this.#pending.add(block);
    this.#lacking -= blocks.length;
  }

  /**
   * Marks the lacking ones of these blocks, which are holes of the image and of the point alike. There is nothing that a
   * power cut could lose, so they wait for no sync.
   */
  addHoles(firstBlock: number, end: number): void {
    for (let block = firstBlock; block < end; block += 1) {
      if (this.#marks[block] !== marks.lacking) continue;
      this.#marks[block] = marks.durable;
      this.#lacking -= 1;
    }
    this.#file.write(this.#marks.subarray(firstBlock, end), headerBytes + firstBlock);
  }

  /** Blocks that wait for the image to be synced. */
  pending(): number[] {
    return [...this.#pending];
  }

  /** The image was synced after these blocks were in it. */
  confirm(blocks: readonly number[]): void {
    this.#write(blocks, marks.durable);
    this.#file.sync();
    for (const block of blocks) this.#pending.delete(block);
  }

  /** The device has lost what was not synced: these blocks are the recovery point's again. */
  forgetPending(): void {
    const lost = this.pending();
    this.#write(lost, marks.lacking);
    this.#pending.clear();
    this.#lacking += lost.length;
  }

  close(): void {
    this.#file.close();
  }

  /** One write a run: blocks of a disk that is filled in stand side by side. */
  #write(blocks: readonly number[], mark: number): void {
    for (let from = 0, to = 1; from < blocks.length; from = to, to += 1) {
      while (blocks[to] === blocks[to - 1]! + 1) to += 1;
      this.#file.write(new Uint8Array(to - from).fill(mark), headerBytes + blocks[from]!);
      this.#marks.fill(mark, blocks[from]!, blocks[from]! + to - from);
    }
  }

  #forgetWritten(header: Buffer): void {
    for (let block = 0; block < this.#marks.length; block += 1) {
      if (this.#marks[block] === marks.written) this.#marks[block] = marks.lacking;
    }
    // Not synced: were it lost, the next boot would forget them again.
    this.#file.write(this.#marks, headerBytes);
    this.#file.write(header, 0);
  }
}

function damagedMarks(filePath: string, overlayPath: string): SiteRecoveryError {
  const message = said`The file ${filePath} is damaged, so it is not known which blocks of ${overlayPath} count. Attach the
      recovery point under another path; the recovery point itself is as it was.`;
  return new SiteRecoveryError("Damaged", message, { target: filePath });
}
