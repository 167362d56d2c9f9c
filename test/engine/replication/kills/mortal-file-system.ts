/**
 * The machine's file system, for a process that is to die: it tells which phase each changing call is in, and
 * kills the process -9 at one of them, before it, after it or with half of a write done.
 */
import { type FileSystem, localFileSystem } from "../../../../provider/blocks/file-system.ts";
import { changingActions, passCalls } from "../../../blocks/pass-calls.ts";
import type { Phase } from "./phases.ts";

export interface Death {
  readonly phase: Phase;
  /** The call of that phase, from 1. */
  readonly call: number;
  readonly when: "before" | "half" | "after";
}

export function mortalFileSystem(
  phaseOfCall: (filePath: string) => Phase,
  onPhase: (phase: Phase) => void,
  death: Death | undefined,
): FileSystem {
  let calls = 0;
  const die = (): void => void process.kill(process.pid, "SIGKILL");
  return passCalls(localFileSystem, (call, work) => {
    if (!changingActions.has(call.action) && call.action !== "open") return work();
    if (call.action === "open" && call.isReading) return work();
    const phase = phaseOfCall(call.action === "syncFolder" ? `${call.path}/` : (call.to ?? call.path));
    onPhase(phase);
    if (death === undefined || phase !== death.phase) return work();
    calls += 1;
    if (calls !== death.call) return work();
    if (death.when === "half") call.half?.();
    if (death.when !== "after") die();
    const result = work();
    die();
    return result;
  });
}
