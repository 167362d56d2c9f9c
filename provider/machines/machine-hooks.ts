/**
 * Freezing and thawing the applications of a machine, for app-consistent recovery points: by the commands of its
 * `machine.yaml`. A frozen machine is always thawed: by the engine, or by a watchdog when the engine is killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Clock } from "../clock.ts";
import type { Machine } from "./machine-driver.ts";
import { type HookFailure, runHook } from "./run-hook.ts";

const defaultTimeoutSeconds = 60;

export interface MachineHooks {
  /** How long a machine may be frozen, in milliseconds. */
  timeoutOf(machine: Machine): number;
  /** Makes the applications hold still; nothing when that worked. */
  freeze(machine: Machine, signal?: AbortSignal): Promise<HookFailure>;
  /** Lets them go on. Thawed already is fine. */
  thaw(machine: Machine): Promise<HookFailure>;
}

export function hasHooks(machine: Machine): boolean {
  return machine.consistency !== undefined;
}

export function commandHooks(clock: Clock): MachineHooks {
  const watchdogs = new Map<string, ChildProcess>();
  const timeoutOf = (machine: Machine): number =>
    (machine.consistency?.timeoutSeconds ?? defaultTimeoutSeconds) * 1000;
  const run = (machine: Machine, command: readonly string[], signal?: AbortSignal): Promise<HookFailure> => {
    const timeoutMilliseconds = timeoutOf(machine);
    return runHook({ command, folder: machine.folder, timeoutMilliseconds, signal }, clock);
  };
  return {
    timeoutOf,
    freeze: (machine, signal) => {
      watchdogs.set(machine.folder, watch(machine, timeoutOf(machine)));
      return run(machine, machine.consistency!.freeze, signal);
    },
    thaw: async (machine) => {
      const failure = await run(machine, machine.consistency!.thaw);
      // A word, and not the end of the pipe alone: that is what a dead engine leaves.
      watchdogs.get(machine.folder)?.stdin?.end("thawed");
      watchdogs.delete(machine.folder);
      return failure;
    },
  };
}

function watch({ folder, consistency }: Machine, timeoutMilliseconds: number): ChildProcess {
  // In source this is thaw-watchdog.ts, in the built package thaw-watchdog.js.
  const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  const entry = new URL(`./thaw-watchdog${ending}`, import.meta.url).pathname;
  const words = [entry, folder, String(timeoutMilliseconds), ...consistency!.thaw];
  const child = spawn(process.execPath, words, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  // It must not keep the engine from ending, nor take it down: without it the next action on the machine thaws.
  child.unref();
  child.stdin.on("error", () => undefined);
  child.on("error", () => undefined);
  return child;
}
