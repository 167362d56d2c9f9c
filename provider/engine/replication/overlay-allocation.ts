/** Which bytes of an attached disk are known to be zeros, without reading them. */
import type { OpenFile } from "../../blocks/file-system.ts";
import { blockSizeBytes } from "../../disks/disk.ts";

/** A run of bytes, and whether it is known to read as zeros. */
export interface ZeroExtent {
  readonly lengthBytes: number;
  readonly isZero: boolean;
}

/** An overlay and what is under it. */
export interface OverlayView {
  readonly image: Pick<OpenFile, "nextExtent">;
  /** Whether the overlay holds a block. */
  has(block: number): boolean;
  /** The first block from `block` on of which the recovery point says anything. */
  nextCovered(block: number): Promise<number | undefined>;
  /** Whether the recovery point has data for a block of which it says something. */
  hasData(block: number): Promise<boolean>;
}

/** One answer looks at 4 GiB at most, and has this many runs at most: other requests wait for it. */
const blocksMax = 65_536;
const extentsMax = 1024;

interface Run {
  readonly end: number;
  readonly isZero: boolean;
}

/** The runs from `offset` on, together no longer than `lengthBytes`; they may be shorter. */
export async function allocationOf(
  view: OverlayView,
  offset: number,
  lengthBytes: number,
): Promise<ZeroExtent[]> {
  const end = Math.ceil((offset + lengthBytes) / blockSizeBytes);
  const first = Math.floor(offset / blockSizeBytes);
  const last = Math.min(end, first + blocksMax);
  const runs: Run[] = [];
  for (let block = first; block < last && runs.length <= extentsMax;) {
    const run = view.has(block) ? inOverlay(view, block, last) : await inPoint(view, block, last);
    if (runs.at(-1)?.isZero === run.isZero) runs.pop();
    runs.push(run);
    block = run.end;
  }
  let at = offset;
  return runs.map((run) => {
    const to = Math.min(run.end * blockSizeBytes, offset + lengthBytes);
    const extent = { lengthBytes: to - at, isZero: run.isZero };
    at = to;
    return extent;
  });
}

/** A hole of the image was filled in as zeros. */
function inOverlay(view: OverlayView, block: number, last: number): Run {
  let end = block + 1;
  while (end < last && view.has(end)) end += 1;
  if (view.image.nextExtent === undefined) return { end, isZero: false };
  const extent = view.image.nextExtent(block * blockSizeBytes);
  const dataStart = extent === undefined ? end : Math.floor(extent.start / blockSizeBytes);
  if (dataStart > block) return { end: Math.min(end, dataStart), isZero: true };
  return { end: Math.min(end, Math.ceil(extent!.end / blockSizeBytes)), isZero: false };
}

async function inPoint(view: OverlayView, block: number, last: number): Promise<Run> {
  const covered = (await view.nextCovered(block)) ?? last;
  const isZero = covered > block || !(await view.hasData(block));
  let end = covered > block ? Math.min(covered, last) : block + 1;
  for (let next = block + 1; next < end; next += 1) if (view.has(next)) end = next;
  return { end, isZero };
}
