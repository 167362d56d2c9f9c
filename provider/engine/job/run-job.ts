/** Runs a job: writes it down, runs its tasks in order, moves the item along the table of transitions. */
import { requireItem } from "../protected-item/require-item.ts";
import { nameOf } from "../../arm-id.ts";
import { assert, messageOf, SiteRecoveryError } from "../../errors.ts";
import { randomUuid } from "../../random.ts";
import {
  addJob,
  beginAttempt,
  beginTask,
  endJob,
  endTask,
  type JobRow,
  resetTasks,
  tasksOf,
} from "../../store/jobs.ts";
import { findItem, putItem } from "../../store/protected-items.ts";
import { deleteThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { markedJobs, withKnownJobs } from "../identity/newest-database.ts";
import { requireAllowed } from "../../model/allowed-actions.ts";
import { flows } from "../../model/flows.ts";
import { nextState } from "../../model/transitions.ts";
import { cancellable } from "./cancellation.ts";
import { type Foreseen, Foresight, requireNoRefusals } from "./foresight.ts";
import type { ForeseeContext, JobContext, JobDefinition } from "./job-definition.ts";
import type { Progress } from "../../progress.ts";
import { untilMoved } from "./until-moved.ts";
import { plain, said } from "../../message.ts";
import { someInTurn } from "../../in-turn.ts";

/** What a job would do, and what forbids it besides the table of transitions. Changes nothing. */
export async function foresee<Input>(
  definition: JobDefinition<Input>,
  context: ForeseeContext<Input>,
): Promise<Foreseen> {
  const foresight = new Foresight();
  await definition.foresee?.(context, foresight);
  return foresight;
}

/**
 * Starts a new job on an item. The caller holds the item's lease. Throws before anything is written if it is forbidden;
 * `ending` is the sentence that the error ends with then.
 */
export async function startJob<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  target: { itemId: string; input: Input },
  progress: Progress,
  ending?: string,
): Promise<void> {
  const item = requireItem(parts, target.itemId);
  requireAllowed(item, definition.step);
  if (definition.needsOwnDisks === true) await untilMoved(parts, item, progress);
  requireNoRefusals(await foresee(definition, { parts, item, ...target }), ending);
  const id = randomUuid(parts.random);
  const job = {
    id,
    scenario: definition.scenario,
    targetId: target.itemId,
    input: target.input,
    startedAt: parts.clock.now(),
  };
  const names = definition.tasks.map((task) => task.name);
  parts.store.transaction(() => addJob(parts.store, job, names));
  await runTasks(parts, definition, { jobId: id, ...target }, progress);
}

/** Goes on with a job that a dead process left. */
export async function resumeJob<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  job: JobRow,
  progress: Progress,
): Promise<void> {
  progress.report(`resuming the ${definition.title} that was interrupted`);
  const target = { jobId: job.id, itemId: job.targetId, input: job.input as Input };
  await rewind(parts, definition, target, progress);
  await runTasks(parts, definition, target, progress);
}

/** Tasks whose work the world no longer shows are to be done again: days may have passed since the process died. */
async function rewind<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  job: { jobId: string; itemId: string; input: Input },
  progress: Progress,
): Promise<void> {
  const context = contextOf(parts, job, progress);
  const { tasks } = definition;
  const rows = tasksOf(parts.store, job.jobId);
  const hasEnded = (ordinal: number): boolean => rows[ordinal]?.state === "Succeeded";
  const hasTurned = await someInTurn(tasks.entries(), async ([ordinal, task]) => {
    if (task.isTurn !== true) return false;
    const isNext = tasks.slice(0, ordinal).every((_before, index) => hasEnded(index));
    return hasEnded(ordinal) || (isNext && ((await task.hasTurned?.(context)) ?? false));
  });
  for (const [ordinal, task] of tasks.entries()) {
    if (!hasEnded(ordinal) || ((await task.holds?.(context)) ?? true)) continue;
    progress.report(`again, since the world has changed: ${task.title}`);
    const last = hasTurned ? ordinal : tasks.length - 1;
    parts.store.transaction(() => resetTasks(parts.store, job.jobId, ordinal, last));
    if (!hasTurned) return;
  }
}

async function runTasks<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  job: { jobId: string; itemId: string; input: Input },
  progress: Progress,
): Promise<void> {
  const watched = cancellable(parts, job.jobId, progress);
  const context = contextOf(parts, job, watched);
  // The end of a task is written together with the beginning of the next: a transaction waits for the disk.
  let settle = (): void => beginAttempt(parts.store, job.jobId);
  const facts = { job: job.jobId, scenario: definition.scenario, item: job.itemId };
  parts.log.info(facts, "job begins");
  try {
    const done = tasksOf(parts.store, job.jobId);
    for (const [ordinal, task] of definition.tasks.entries()) {
      if (done[ordinal]?.state === "Succeeded") continue;
      watched.check();
      parts.store.transaction(() => {
        settle();
        beginTask(parts.store, job.jobId, ordinal, parts.clock.now());
      });
      progress.report(task.title);
      const began = parts.clock.monotonic();
      const result = await task.run(context);
      const durationMilliseconds = Math.round(parts.clock.monotonic() - began);
      parts.log.debug({ ...facts, task: task.name, durationMilliseconds }, "task ended");
      const ended = { state: "Succeeded", result, now: parts.clock.now() } as const;
      settle = () => endTask(parts.store, job.jobId, ordinal, ended);
    }
    await finishJob(parts, definition, context, settle);
    parts.log.info(facts, "job ended");
  } catch (thrown) {
    const error = await failJob(parts, definition, context, thrown);
    parts.log.error({ ...facts, code: error.code, error: error.message }, "job failed");
    throw error;
  }
}

async function finishJob<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  context: JobContext<Input>,
  settle: () => void,
): Promise<void> {
  const seen = (await definition.look?.(context)) ?? {};
  parts.store.transaction(() => {
    settle();
    const item = context.item();
    const next = nextState(flows[item.details.flow], item.state, definition.step);
    assert(next !== undefined, `${definition.step} has no way on from ${item.state}`);
    if (next === "absent") {
      deleteThing(parts.store, item.id);
    } else {
      // A pause and a failure are of the replication that was, and a change of state ends it.
      const { pausedAt: _pause, replicationError: _failure, ...details } = item.details;
      const moved = { ...item, state: next, details: next === item.state ? item.details : details };
      const finished = definition.finish ? definition.finish(context, moved, seen) : moved;
      putItem(parts.store, finished);
    }
    endJob(parts.store, context.jobId, "Succeeded", parts.clock.now());
  });
  await keepKnownJobs(parts, context.itemId);
}

/** Killed before it, the item has what it needs all the same: the job's own row names it until the next job has ended. */
async function keepKnownJobs(parts: EngineParts, itemId: string): Promise<void> {
  const ended = findItem(parts.store, itemId);
  if (ended === undefined) return;
  const marked = await markedJobs(parts, ended);
  if (marked.every((jobId) => ended.details.knownJobs?.includes(jobId))) return;
  parts.store.transaction(() => {
    const item = findItem(parts.store, itemId);
    if (item !== undefined) putItem(parts.store, withKnownJobs(item, marked));
  });
}

async function failJob<Input>(
  parts: EngineParts,
  definition: JobDefinition<Input>,
  context: JobContext<Input>,
  thrown: unknown,
): Promise<SiteRecoveryError> {
  const error = errorOfJob(thrown, definition.title, context.itemId);
  // Another process works on the item now: what it does must not be undone.
  if (error.code === "LeaseLost") return error;
  const ordinal = tasksOf(parts.store, context.jobId).findIndex((task) => task.state === "InProgress");
  const state = error.code === "Cancelled" ? "Cancelled" : "Failed";
  if (ordinal >= 0) endTask(parts.store, context.jobId, ordinal, { state, now: parts.clock.now() });
  const undone = await rollBack(definition, context, error);
  const message = undone ? said`${error} ${undone}` : error.said;
  const record = { code: error.code, message: message.toString() };
  // It may have marked machines before it was rolled back.
  const left = findItem(parts.store, context.itemId);
  const marked = left === undefined ? [] : await markedJobs(parts, left);
  parts.store.transaction(() => {
    const item = findItem(parts.store, context.itemId);
    if (item) putItem(parts.store, withKnownJobs(item, marked));
    endJob(parts.store, context.jobId, state, parts.clock.now(), record);
  });
  return new SiteRecoveryError(error.code, message, {
    target: context.itemId,
    ...(error.property === undefined ? {} : { property: error.property }),
    cause: thrown,
  });
}

async function rollBack<Input>(
  definition: JobDefinition<Input>,
  context: JobContext<Input>,
  error: SiteRecoveryError,
): Promise<string> {
  try {
    return (await definition.rollBack?.(context, error)) ?? "";
  } catch (second) {
    const why = messageOf(second);
    return `It could not be rolled back: ${why}`;
  }
}

function errorOfJob(thrown: unknown, title: string, itemId: string): SiteRecoveryError {
  if (thrown instanceof SiteRecoveryError) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError") {
    const message = said`The ${plain(title)} of ${nameOf(itemId)} was cancelled. Run it again to resume it.`;
    return new SiteRecoveryError("Cancelled", message, { target: itemId, cause: thrown });
  }
  const why = messageOf(thrown);
  const message = said`The ${plain(title)} of ${nameOf(itemId)} failed: ${why}.`;
  return new SiteRecoveryError("JobFailed", message, { target: itemId, cause: thrown });
}

function contextOf<Input>(
  parts: EngineParts,
  job: { jobId: string; itemId: string; input: Input },
  progress: Progress,
): JobContext<Input> {
  return {
    parts,
    ...job,
    progress,
    item: () => requireItem(parts, job.itemId),
    hasEnded: (name) =>
      tasksOf(parts.store, job.jobId).some((task) => task.name === name && task.state === "Succeeded"),
    resultOf: <Result>(name: string) => {
      const task = tasksOf(parts.store, job.jobId).find((row) => row.name === name);
      assert(task?.state === "Succeeded", `task ${name} has not ended`);
      return task.result as Result;
    },
  };
}
