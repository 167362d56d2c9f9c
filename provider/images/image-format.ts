/**
 * The formats that a disk can be exported in. Blocks come from the restore as they do for a raw image; a format says
 * where they are in the file, and writes what surrounds them.
 */
import path from "node:path";
import type { OpenFile } from "../blocks/file-system.ts";
import type { ImageLayout } from "./image-layout.ts";
import { Qcow2Layout } from "./qcow2.ts";
import { VhdLayout } from "./vhd.ts";

/** Begins an image in an empty file. */
type BeginImage = (file: OpenFile, diskSizeBytes: number) => ImageLayout;

/** Holes are zeros, so that blocks of zeros need not be written. */
const beginRaw: BeginImage = (file, diskSizeBytes) => {
  file.truncate(diskSizeBytes);
  return { packedFrom: undefined, add: () => undefined, finish: () => undefined };
};

const formats = {
  raw: beginRaw,
  vhd: (file, diskSizeBytes) => new VhdLayout(file, diskSizeBytes),
  qcow2: (file, diskSizeBytes) => new Qcow2Layout(file, diskSizeBytes),
} satisfies Record<string, BeginImage>;

/** `raw`, `vhd` (fixed size, as Azure takes it) or `qcow2` (version 3). */
export type ImageFormat = keyof typeof formats;

export const imageFormats = Object.keys(formats) as readonly ImageFormat[];

export function beginImage(format: ImageFormat, file: OpenFile, diskSizeBytes: number): ImageLayout {
  return formats[format](file, diskSizeBytes);
}

/** Returns the format that a file's name ends in, `raw` for any other ending. */
export function formatOfName(filePath: string): ImageFormat {
  const ending = path.extname(filePath).slice(1).toLowerCase();
  return imageFormats.find((format) => format === ending) ?? "raw";
}
