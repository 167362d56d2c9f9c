/** One piece of scheduled work, a cycle or a drill, and what came of it. */
import { scheduler } from "node:timers/promises";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { isExpected, type SiteRecoveryError } from "../errors.ts";
import type { DrillRun } from "../kinds/drill.ts";
import type { ProtectedItem, ReplicationCycle } from "../model/item.ts";
import type { Progress } from "../progress.ts";

/** What it waits for instead. */
export interface Wait {
  /** `resync`, `initial replication` or `drill`. */
  readonly what: string;
  /** Milliseconds since 1970; absent if only a person starts it. */
  readonly until?: number | undefined;
  readonly text: string;
}

/** One of them. Neither is there where a machine replicates without anything to say. */
export interface Outcome {
  /** ARM id of the protected item or drill. */
  readonly id: string;
  readonly cycle?: ReplicationCycle;
  readonly drill?: DrillRun;
  readonly waits?: Wait;
  readonly error?: SiteRecoveryError;
}

/** Runs work with progress, which also stops it. */
export type Attend = <T>(name: string, work: (progress: Progress) => Promise<T>) => Promise<T>;

export interface WorkOptions {
  readonly attend: Attend;
  /** Default: `delta`. */
  readonly mode?: "delta" | "resync";
}

/** Lets signals in: a small cycle waits for nothing, and without a turn of the event loop between many none would be heard. */
async function turn({ signal }: Progress): Promise<void> {
  await scheduler.yield();
  signal?.throwIfAborted();
}

async function waitOf(engine: Engine, id: string): Promise<Outcome> {
  const wait = await engine.waitOf(id);
  return wait ? { id, waits: wait } : { id };
}

/** Throws what is a bug. */
export async function runCycle(
  engine: Engine,
  { id }: Pick<ProtectedItem, "id">,
  { attend, mode = "delta" }: WorkOptions,
): Promise<Outcome> {
  try {
    const cycle = await attend(nameOf(id), async (progress) => {
      await turn(progress);
      return engine.replicate(id, progress, mode);
    });
    return cycle ? { id, cycle } : await waitOf(engine, id);
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { id, error };
  }
}

/** `undefined` if another process has run it. Throws what is a bug. */
export async function runDueDrill(
  engine: Engine,
  id: string,
  { attend }: WorkOptions,
): Promise<Outcome | undefined> {
  try {
    const outcome = await attend(nameOf(id), async (progress) => {
      await turn(progress);
      return engine.drills.runIfDue(id, progress);
    });
    if (outcome === undefined) return undefined;
    if ("waits" in outcome) return { id, waits: { what: "drill", text: outcome.waits } };
    return { id, drill: outcome.run };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { id, error };
  }
}
