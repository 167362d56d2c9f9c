import type { FileSystem } from "../../provider/blocks/file-system.ts";
import { SeededRandom } from "../../provider/random.ts";
import { survivals } from "../blocks/simulated-content.ts";
import type { SimulatedDisk } from "../blocks/simulated-disk.ts";

/**
 * The same disk, whose process is killed at one of its calls, those of its open files included: from then on nothing is
 * done any more.
 */
export function killedAt(
  disk: SimulatedDisk,
  call: number,
): { disk: FileSystem; wasKilled: () => boolean; calls: () => number } {
  let calls = 0;
  const watch = <T extends object>(watched: T): T =>
    new Proxy(watched, {
      get: (target, property) => {
        const value: unknown = Reflect.get(target, property);
        if (typeof value !== "function") return value;
        return (...given: unknown[]): unknown => {
          calls += 1;
          if (calls > call) throw new Error("killed");
          const answer = (value as (...all: unknown[]) => unknown).apply(target, given);
          return property === "open" ? watch(answer as object) : answer;
        };
      },
    });
  return { disk: watch(disk), wasKilled: () => calls > call, calls: () => calls };
}

/** Runs the work until its process is killed at one of its calls. False if it came to its end before. */
export async function runUntil(
  disk: SimulatedDisk,
  call: number,
  work: (files: FileSystem) => unknown,
): Promise<boolean> {
  const killed = killedAt(disk, call);
  try {
    await work(killed.disk);
  } catch (error) {
    if (!killed.wasKilled()) throw error;
  }
  return killed.wasKilled();
}

/** How many calls some work makes. */
export async function countCalls(disk: SimulatedDisk, work: (files: FileSystem) => unknown): Promise<number> {
  const counted = killedAt(disk, Infinity);
  await work(counted.disk);
  return counted.calls();
}

interface Attempt {
  /** The first call to kill a process at: those before it only look. Default 0. */
  readonly from?: number;
  /** What is there, durably, before. */
  readonly before: SimulatedDisk;
  /** What the killed process does. Default: `work`. */
  first?(files: FileSystem): unknown;
  /** What the process after it does. */
  work(files: FileSystem): unknown;
  /** Looks whether what the second process has acknowledged is there after the power came back. */
  check(files: FileSystem): unknown;
}

/**
 * Kills the process that does the first work at each of its calls in turn, lets another process do its work to the end,
 * and cuts the power then. Returns at how many calls a process was killed.
 */
export async function killAnywhereThenCut({
  before,
  from = 0,
  first,
  work,
  check,
}: Attempt): Promise<number> {
  for (let call = from; ; call += 1) {
    const disk = before.clone();
    const wasKilled = await runUntil(disk, call, first ?? work);
    await work(disk);
    for (const survival of ["none", "namesOnly", "bytesOnly", "some"] as const) {
      const after = disk.clone();
      after.losePower(survivals[survival], new SeededRandom(call + 1));
      try {
        await check(after);
      } catch (error) {
        throw new Error(`killed at call ${call}, then power lost with survival "${survival}"`, {
          cause: error,
        });
      }
    }
    if (!wasKilled) return call;
  }
}
