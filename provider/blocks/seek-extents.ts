/**
 * Where a file has data: `lseek` with SEEK_DATA and SEEK_HOLE. Where that cannot be had (no native library, Windows, a
 * file system that cannot tell), the answer is that everything is data, and its reader finds the zeros.
 */
import { nativeCall } from "./native-library.ts";

/** Bytes of a file from `start` up to `end`, exclusive, that may be other than zero. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** SEEK_DATA and SEEK_HOLE have other numbers on each system. */
const whences: Partial<Record<NodeJS.Platform, { readonly data: number; readonly hole: number }>> = {
  linux: { data: 3, hole: 4 },
  darwin: { data: 4, hole: 3 },
  freebsd: { data: 3, hole: 4 },
};
/** `lseek` says so when there is no data from the offset on. */
const noMoreData = 6;

const seek = nativeCall("int64_t lseek(int, int64_t, int)");

/**
 * Returns the first extent with data at or after `position`, or `undefined` if there are only holes up to `sizeBytes`.
 * It is cut at `position` and at `sizeBytes`. The place that the descriptor reads from next is moved.
 */
export function seekExtent(descriptor: number, position: number, sizeBytes: number): Extent | undefined {
  if (position >= sizeBytes) return undefined;
  const all = { start: position, end: sizeBytes };
  const whence = whences[process.platform];
  const call = whence && seek();
  if (call === undefined || whence === undefined) return all;
  const { result: start, errno } = call(descriptor, position, whence.data);
  if (start < 0) return errno === noMoreData ? undefined : all;
  const end = call(descriptor, start, whence.hole).result;
  if (start >= sizeBytes) return undefined;
  return { start: Math.max(start, position), end: end <= start ? sizeBytes : Math.min(end, sizeBytes) };
}
