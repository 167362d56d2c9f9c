/**
 * Where a file has data: `lseek` with SEEK_DATA and SEEK_HOLE, which Node does not offer. It is called through koffi,
 * which brings prebuilt binaries. Where that cannot be had (no binary for the platform, Windows, a file system that
 * cannot tell), the answer is that everything is data, and its reader finds the zeros.
 */
import { createRequire } from "node:module";

/** Bytes of a file from `start` up to `end`, exclusive, that may be other than zero. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

type Seek = (descriptor: number, offset: number, whence: number) => number | bigint;

/** What is used of koffi. */
interface Koffi {
  load(library: null): { func(prototype: string): Seek };
  errno(): number;
}

/** SEEK_DATA and SEEK_HOLE have other numbers on each system. */
const whences: Partial<Record<NodeJS.Platform, { readonly data: number; readonly hole: number }>> = {
  linux: { data: 3, hole: 4 },
  darwin: { data: 4, hole: 3 },
  freebsd: { data: 3, hole: 4 },
};
/** `lseek` says so when there is no data from the offset on. */
const noMoreData = 6;

interface Native {
  readonly koffi: Koffi;
  readonly seek: Seek;
  readonly whence: { readonly data: number; readonly hole: number };
}

let native: Native | undefined | "none";

function loadNative(): Native | undefined {
  if (native !== undefined) return native === "none" ? undefined : native;
  native = "none";
  const whence = whences[process.platform];
  if (whence === undefined) return undefined;
  try {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    native = { koffi, seek: koffi.load(null).func("int64_t lseek(int, int64_t, int)"), whence };
    return native;
  } catch {
    // A package that is not there, or has no binary for this platform: everything counts as data.
    return undefined;
  }
}

/**
 * Returns the first extent with data at or after `position`, or `undefined` if there are only holes up to `sizeBytes`.
 * It is cut at `position` and at `sizeBytes`. The place that the descriptor reads from next is moved.
 */
export function seekExtent(descriptor: number, position: number, sizeBytes: number): Extent | undefined {
  if (position >= sizeBytes) return undefined;
  const all = { start: position, end: sizeBytes };
  const found = loadNative();
  if (found === undefined) return all;
  const { seek, koffi, whence } = found;
  const start = Number(seek(descriptor, position, whence.data));
  if (start < 0) return koffi.errno() === noMoreData ? undefined : all;
  const end = Number(seek(descriptor, start, whence.hole));
  if (start >= sizeBytes) return undefined;
  return { start: Math.max(start, position), end: end <= start ? sizeBytes : Math.min(end, sizeBytes) };
}
