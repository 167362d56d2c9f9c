/** Turns the counters of a copy into reports for people, two a second at most. */
import type { Clock } from "../../clock.ts";
import { formatBytes } from "../../format-bytes.ts";
import type { Progress } from "../../progress.ts";

const reportEveryMilliseconds = 500;
interface Counters {
  readonly diskId: string;
  readonly bytesDone: number;
  readonly bytesTotal: number;
  readonly bytesSent?: number;
}

/** What a copy's `onProgress` should be: reports now and then, and at the end of each disk. */
export function copyProgress(
  clock: Clock,
  progress: Progress,
  what: string,
  onPercent?: (percent: number) => void,
): (counters: Counters) => void {
  let reportedAt = -Infinity;
  let ended = "";
  return (counters) => {
    const now = clock.monotonic();
    const atEnd = counters.bytesDone >= counters.bytesTotal;
    if (atEnd ? ended === counters.diskId : now - reportedAt < reportEveryMilliseconds) return;
    if (atEnd) ended = counters.diskId;
    reportedAt = now;
    const percent = counters.bytesTotal === 0 ? 100 : (100 * counters.bytesDone) / counters.bytesTotal;
    const sent = counters.bytesSent === undefined ? "" : `, ${formatBytes(counters.bytesSent)} sent`;
    const size = formatBytes(counters.bytesTotal);
    const copy = `${what} of disk ${counters.diskId}`;
    const { bytesDone, bytesTotal } = counters;
    const copied = { what: copy, bytesDone, bytesTotal };
    progress.report(`${copy}: ${percent.toFixed(0)} % of ${size}${sent}`, { copied });
    onPercent?.(percent);
  };
}
