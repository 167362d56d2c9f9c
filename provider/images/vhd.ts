/**
 * The fixed VHD: the disk's bytes, and behind them a footer of 512 bytes. Source: Microsoft, Virtual Hard Disk Image
 * Format Specification, version 1.0. Azure takes no other kind, and only whole MiB ("Prepare a Windows VHD or VHDX to
 * upload to Azure"), so the disk grows by zeros up to the next MiB.
 */
import type { OpenFile } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";
import { systemRandom } from "../random.ts";
import type { ImageLayout } from "./image-layout.ts";

const unitBytes = 1024 * 1024;
const footerBytes = 512;
const checksumOffset = 64;
/** Times count in seconds from here. */
const epoch = Date.UTC(2000, 0, 1);

export class VhdLayout implements ImageLayout {
  readonly packedFrom = undefined;
  readonly #file: OpenFile;
  readonly #sizeBytes: number;

  constructor(file: OpenFile, diskSizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = vhdSizeOf(diskSizeBytes);
    file.truncate(this.#sizeBytes);
  }

  add(): void {
    // Each block is where it is on the disk.
  }

  finish(): void {
    this.#file.write(
      vhdFooter(this.#sizeBytes, { now: systemClock.now(), id: systemRandom.bytes(16) }),
      this.#sizeBytes,
    );
  }
}

/** How many bytes of an image are the disk's, before the footer. */
export function vhdSizeOf(diskSizeBytes: number): number {
  return Math.ceil(diskSizeBytes / unitBytes) * unitBytes;
}

/** Returns the footer of a fixed disk. `now` is in milliseconds since 1970, `id` 16 bytes. */
export function vhdFooter(sizeBytes: number, { now, id }: { now: number; id: Uint8Array }): Buffer {
  const footer = Buffer.alloc(footerBytes);
  footer.write("conectix", 0, "latin1");
  footer.writeUInt32BE(2, 8); // features: only the bit that is always set
  footer.writeUInt32BE(0x0001_0000, 12); // format 1.0
  footer.fill(0xff, 16, 24); // no further header: a fixed disk
  footer.writeUInt32BE(Math.floor((now - epoch) / 1000), 24);
  footer.write("srec", 28, "latin1");
  footer.writeUInt32BE(0x0001_0000, 32);
  footer.write("Wi2k", 36, "latin1");
  footer.writeBigUInt64BE(BigInt(sizeBytes), 40);
  footer.writeBigUInt64BE(BigInt(sizeBytes), 48);
  // The largest geometry makes readers use the size above; a computed one would round the disk to whole cylinders.
  footer.writeUInt16BE(0xffff, 56);
  footer[58] = 16;
  footer[59] = 255;
  footer.writeUInt32BE(2, 60); // fixed
  footer.set(id, 68);
  const sum = footer.reduce((total, byte) => total + byte, 0);
  footer.writeUInt32BE(~sum >>> 0, checksumOffset);
  return footer;
}
