/** The file system and the clock of a process that can be killed: every call is counted, and may be its last. */
import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import type { Clock } from "../../provider/clock.ts";
import { passCalls } from "../blocks/pass-calls.ts";

interface Caller {
  call(half?: () => void): void;
  yield(): Promise<void>;
  /** False while it is frozen, and once it is dead. */
  readonly isAwake: boolean;
}

const syncs: ReadonlySet<string> = new Set(["sync", "syncFolder"]);

/** A kill loses nothing that the system has been given: syncs wait for no device, but let others have their turn. */
export function countedFiles(caller: Caller): FileSystem {
  const laterSync = async (): Promise<void> => {
    await caller.yield();
    caller.call();
  };
  const counted = passCalls(localFileSystem, (call, work) => {
    caller.call(call.half);
    if (call.action === "syncLater") return laterSync() as never;
    return syncs.has(call.action) ? (undefined as never) : work();
  });
  // Nobody else writes to a disk in the tick in which it is closed.
  return { ...counted, timeStepMilliseconds: 0 };
}

export function countedClock(caller: Caller, clock: Clock): Clock {
  return {
    now: () => {
      caller.call();
      return clock.now();
    },
    monotonic: () => clock.monotonic(),
    shared: () => clock.shared(),
    every: (milliseconds, work) => clock.every(milliseconds, () => caller.isAwake && work()),
    sleep: async (milliseconds, signal) => {
      caller.call();
      await clock.sleep(milliseconds, signal);
      await caller.yield();
      caller.call();
    },
  };
}
