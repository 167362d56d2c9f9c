/**
 * Freezing and thawing the applications of a machine, for app-consistent recovery points: by the commands of its
 * `machine.yaml`. A frozen machine is always thawed: by the engine, or by a watchdog when the engine is killed.
 */
import type { Clock } from "../clock.ts";
import type { Machine } from "../ports/machines.ts";
import { type HookFailure, runHook } from "./run-hook.ts";
import { startThawWatchdog, type ThawWatchdog } from "./start-thaw-watchdog.ts";

const defaultTimeoutSeconds = 60;

export interface MachineHooks {
  /** How long a machine may be frozen, in milliseconds. */
  timeoutOf(machine: Machine): number;
  /**
   * Starts the watchdog that thaws the machine when this process dies; `undefined` if it watches. Without one, the
   * machine must not be frozen.
   */
  prepare(machine: Machine): Promise<HookFailure>;
  /** Makes the applications hold still; `undefined` if that worked. Needs `prepare` first. */
  freeze(machine: Machine, signal?: AbortSignal): Promise<HookFailure>;
  /** Thaws them. Thawing twice is fine. */
  thaw(machine: Machine): Promise<HookFailure>;
}

export function hasHooks(machine: Machine): boolean {
  return machine.consistency !== undefined || machine.qemu !== undefined;
}

export function commandHooks(clock: Clock): MachineHooks {
  const watchdogs = new Map<string, ThawWatchdog>();
  const timeoutOf = (machine: Machine): number =>
    (machine.consistency?.timeoutSeconds ?? defaultTimeoutSeconds) * 1000;
  const run = (machine: Machine, command: readonly string[], signal?: AbortSignal): Promise<HookFailure> => {
    const timeoutMilliseconds = timeoutOf(machine);
    return runHook({ command, folder: machine.folder, timeoutMilliseconds, signal }, clock);
  };
  return {
    timeoutOf,
    prepare: async (machine) => {
      const { folder, consistency } = machine;
      const hook = { command: consistency!.thaw, folder, timeoutMilliseconds: timeoutOf(machine) };
      const watchdog = await startThawWatchdog(hook, clock);
      if ("failure" in watchdog) return watchdog.failure;
      watchdogs.set(folder, watchdog);
      return undefined;
    },
    freeze: (machine, signal) => run(machine, machine.consistency!.freeze, signal),
    thaw: async (machine) => {
      const failure = await run(machine, machine.consistency!.thaw);
      watchdogs.get(machine.folder)?.release();
      watchdogs.delete(machine.folder);
      return failure;
    },
  };
}
