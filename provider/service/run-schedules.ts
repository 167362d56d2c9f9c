/** Cycles by their policies' schedules and drills by theirs, until they are stopped. */
import { nameOf } from "../arm-id.ts";
import type { Clock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { type Attend, type Outcome, runCycle, runDueDrill } from "./scheduled-work.ts";

export interface ScheduleOptions {
  readonly clock: Clock;
  /** Ids of items that are followed; default all there are at the time. */
  readonly ids?: readonly string[];
  readonly attend: Attend;
  readonly tell: (outcome: Outcome) => void;
  /** Nothing new begins once it is aborted. */
  readonly signal: AbortSignal;
  /** How long what runs may go on then, in milliseconds, before it stops where it can be resumed. */
  readonly graceMilliseconds: number;
}

/** Resolves when all has ended after the signal, with the names of those whose work was cut short. */
export async function runSchedules(engine: Engine, options: ScheduleOptions): Promise<string[]> {
  const { clock, ids, attend, tell, signal, graceMilliseconds } = options;
  /** Of the work that runs. No signal outlives its work: what listens to one would never go. */
  const running = new Set<AbortController>();
  const graceEnds = new AbortController();
  const cutShort: string[] = [];
  const cut = (): void => {
    const reason = new SiteRecoveryError("Cancelled", "The replication service was stopped.");
    for (const work of running) work.abort(reason);
  };
  const beginGrace = (): void => {
    clock.sleep(graceMilliseconds, graceEnds.signal).then(cut, () => undefined);
  };
  signal.addEventListener("abort", beginGrace, { once: true });
  const attended: Attend = async (name, work) => {
    const stop = new AbortController();
    running.add(stop);
    try {
      return await attend(name, (progress) => work({ ...progress, signal: stop.signal }));
    } finally {
      running.delete(stop);
    }
  };
  const take = (outcome: Outcome): void => {
    if (outcome.error?.code === "Cancelled" && signal.aborted) cutShort.push(nameOf(outcome.id));
    tell(outcome);
  };
  try {
    await engine.follow(async (item) => take(await runCycle(engine, item, { attend: attended })), {
      ...(ids ? { ids } : {}),
      runDrill: async (drillId) => {
        const outcome = await runDueDrill(engine, drillId, { attend: attended });
        if (outcome) take(outcome);
      },
      signal,
    });
  } finally {
    signal.removeEventListener("abort", beginGrace);
    graceEnds.abort();
  }
  return cutShort;
}
