import type { Engine } from "../engine/engine.ts";
import type { JobJson } from "./json/upkeep.ts";
import { isoTime, isoTimeOrNull } from "./times.ts";

type Job = ReturnType<Engine["jobs"]>[number];

/** A job without its input and without the engine's own notes. */
export function jobJson({
  id,
  scenario,
  targetId,
  state,
  error,
  attempts,
  startedAt,
  endedAt,
  actor,
  tasks,
}: Job): JobJson {
  return {
    id,
    scenario,
    targetId,
    state,
    error: error ? { code: error.code, message: error.message } : null,
    attempts,
    startedAt: isoTime(startedAt),
    endedAt: isoTimeOrNull(endedAt),
    actor: actor ?? null,
    tasks: tasks.map((task) => ({
      name: task.name,
      state: task.state,
      startedAt: isoTimeOrNull(task.startedAt),
      endedAt: isoTimeOrNull(task.endedAt),
      result: task.result ?? null,
    })),
  };
}
