/** Disk images for tests, in a folder of their own that goes away after the test. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { Disk } from "../../provider/disks/disk.ts";
import type { DiskSnapshot } from "../../provider/disks/disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import type { DiskOptions } from "../../provider/disks/disk.ts";

export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-disks-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An image full of zeros. */
export function emptyImage(sizeBytes: number, folder = temporaryFolder(), name = "disk.raw"): string {
  const imagePath = path.join(folder, name);
  fs.writeFileSync(imagePath, "");
  fs.truncateSync(imagePath, sizeBytes);
  return imagePath;
}

/** An image whose tracking has begun and has nothing pending. */
export async function replicatedImage(sizeBytes: number, options: DiskOptions = {}): Promise<string> {
  const imagePath = emptyImage(sizeBytes);
  await (await takeSnapshot([imagePath], options)).complete();
  return imagePath;
}

export function contentOf(disk: Pick<Disk, "read" | "sizeBytes"> | DiskSnapshot): Buffer {
  const bytes = Buffer.alloc(disk.sizeBytes);
  disk.read(bytes, 0);
  return bytes;
}

/** The names beside an image that belong to its tracking. */
export function companionsOf(imagePath: string): string[] {
  const base = path.basename(imagePath);
  const names = fs.readdirSync(path.dirname(imagePath)).filter((name) => name.startsWith(`${base}.`));
  return names.map((name) => name.slice(base.length)).sort();
}
