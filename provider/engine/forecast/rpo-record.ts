/**
 * A machine's RPO over time: the age of what its newest recovery point holds. It grows with the clock and falls when a
 * point is complete, so that what is kept are its rises, one a cycle.
 */
export interface Rise {
  /** When it ended, in milliseconds since 1970. */
  readonly endsAt: number;
  readonly fromMilliseconds: number;
  readonly toMilliseconds: number;
}

export interface RpoPercentiles {
  readonly p50Seconds: number;
  readonly p95Seconds: number;
  readonly p99Seconds: number;
  readonly maxSeconds: number;
}

const precisionMilliseconds = 1;

function timeBelow(rises: readonly Rise[], age: number): number {
  return rises.reduce(
    (sum, { fromMilliseconds: from, toMilliseconds: to }) => sum + Math.max(0, Math.min(age, to) - from),
    0,
  );
}

/** The RPO that a share of the time, 0 to 1, does not exceed, in seconds. */
function percentile(rises: readonly Rise[], share: number): number {
  const wanted = share * timeBelow(rises, Infinity);
  let [low, high] = [0, Math.max(...rises.map((rise) => rise.toMilliseconds))];
  while (high - low > precisionMilliseconds) {
    const middle = (low + high) / 2;
    if (timeBelow(rises, middle) < wanted) low = middle;
    else high = middle;
  }
  return high / 1000;
}

/** `undefined` for a machine that never was protected. */
export function rpoPercentiles(rises: readonly Rise[]): RpoPercentiles | undefined {
  if (rises.length === 0) return undefined;
  return {
    p50Seconds: percentile(rises, 0.5),
    p95Seconds: percentile(rises, 0.95),
    p99Seconds: percentile(rises, 0.99),
    maxSeconds: Math.max(...rises.map((rise) => rise.toMilliseconds)) / 1000,
  };
}
