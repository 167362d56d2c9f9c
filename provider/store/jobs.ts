/**
 * Tables `jobs` and `tasks`: every change of the engine, written down before it starts. A process that writes one works under
 * the lease of its target, and is refused with `LeaseLost` when another process has taken that over. Three requests of
 * people need no lease, since they only ask or answer: `askToCancel`, `completeTask`, `giveUpJob`.
 */
import { idKey, nameOf } from "../arm-id.ts";
import { whoActs } from "../actor.ts";
import { addEvent, type EventSeverity } from "./events.ts";
import { requireLease } from "./leases.ts";
import type { Store } from "./open-store.ts";

/** Azure's words for the state of a job or task. */
export type JobState = "NotStarted" | "InProgress" | "Succeeded" | "Failed" | "Cancelled" | "Suspended";

export interface JobRow {
  readonly id: string;
  readonly scenario: string;
  readonly targetId: string;
  readonly state: JobState;
  readonly input: unknown;
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly attempts: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  /** Who began it; absent for one of an earlier version. */
  readonly actor?: string;
}

export interface TaskRow {
  readonly name: string;
  readonly state: JobState;
  readonly result: unknown;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
}

function toJob(row: Record<string, unknown>): JobRow {
  return {
    id: row["id"] as string,
    scenario: row["scenario"] as string,
    targetId: row["target_id"] as string,
    state: row["state"] as JobState,
    input: JSON.parse(row["input"] as string),
    error: row["error"] === null ? undefined : (JSON.parse(row["error"] as string) as JobRow["error"]),
    attempts: row["attempts"] as number,
    startedAt: row["started_at"] as number,
    endedAt: (row["ended_at"] as number | null) ?? undefined,
    ...(row["actor"] === null ? {} : { actor: row["actor"] as string }),
  };
}

/** Runs a write of a job, which only the process may do that holds the lease of its target. */
function write(store: Store, jobId: string, work: () => void): void {
  store.together(() => {
    const row = store.prepare("SELECT target_id FROM jobs WHERE id = ?").get(jobId);
    if (row) requireLease(store, row["target_id"] as string);
    work();
  });
}

/** Adds a job and its tasks, all not started. */
export function addJob(
  store: Store,
  job: { id: string; scenario: string; targetId: string; input: unknown; startedAt: number },
  taskNames: readonly string[],
): void {
  store.together(() => {
    requireLease(store, job.targetId);
    store
      .prepare(
        `INSERT INTO jobs (id, scenario, target_key, target_id, state, input, attempts, started_at, actor)
         VALUES (?, ?, ?, ?, 'NotStarted', ?, 0, ?, ?)`,
      )
      .run(
        ...[job.id, job.scenario, idKey(job.targetId), job.targetId],
        ...[JSON.stringify(job.input), job.startedAt, whoActs()],
      );
    const insert = store.prepare(
      "INSERT INTO tasks (job_id, ordinal, name, state) VALUES (?, ?, ?, 'NotStarted')",
    );
    for (const [ordinal, name] of taskNames.entries()) insert.run(job.id, ordinal, name);
  });
}

export function beginAttempt(store: Store, jobId: string): void {
  write(store, jobId, () => {
    store
      .prepare(
        "UPDATE jobs SET state = 'InProgress', attempts = attempts + 1, error = NULL, ended_at = NULL WHERE id = ?",
      )
      .run(jobId);
  });
}

const severities: Partial<Record<JobState, EventSeverity>> = { Succeeded: "OK", Cancelled: "Warning" };

interface JobError {
  readonly code: string;
  readonly message: string;
}

/** The end of a job, which is an event as well. */
export function endJob(store: Store, jobId: string, state: JobState, now: number, error?: JobError): void {
  write(store, jobId, () => noteEnd(store, jobId, state, now, error));
}

/** A person gives a job up. Whichever process runs it finds that out before its next step. */
export function giveUpJob(store: Store, jobId: string, now: number, error: JobError): void {
  store.together(() => noteEnd(store, jobId, "Cancelled", now, error));
}

function noteEnd(store: Store, jobId: string, state: JobState, now: number, error?: JobError): void {
  store
    .prepare("UPDATE jobs SET state = ?, ended_at = ?, error = ? WHERE id = ?")
    .run(state, now, error ? JSON.stringify(error) : null, jobId);
  const job = findJob(store, jobId)!;
  addEvent(store, {
    type: "JobStatus",
    code: job.scenario,
    severity: severities[state] ?? "Critical",
    description: `${job.scenario} of ${nameOf(job.targetId)}: ${state}${error ? `. ${error.message}` : ""}`,
    targetId: job.targetId,
    jobId,
    at: now,
  });
}

/** Asks a job to stop at the next place where it can. */
export function askToCancel(store: Store, jobId: string, now: number): void {
  store.prepare("UPDATE jobs SET cancel_asked_at = ? WHERE id = ?").run(now, jobId);
}

export function isCancelAsked(store: Store, jobId: string): boolean {
  const row = store.prepare("SELECT cancel_asked_at FROM jobs WHERE id = ?").get(jobId);
  return (row?.["cancel_asked_at"] ?? null) !== null;
}

/** Moves a job between states that are not an end: `InProgress`, `Suspended`. One that was cancelled stays so. */
export function setJobState(store: Store, jobId: string, state: JobState): void {
  write(store, jobId, () => {
    store.prepare("UPDATE jobs SET state = ? WHERE id = ? AND state <> 'Cancelled'").run(state, jobId);
  });
}

/** What a job that is resumed after a failure is asked now. */
export function setJobInput(store: Store, jobId: string, input: unknown): void {
  write(store, jobId, () => {
    store.prepare("UPDATE jobs SET input = ? WHERE id = ?").run(JSON.stringify(input), jobId);
  });
}

/** Puts other tasks in the place of a job's; those that are given with a state keep it. */
export function replaceTasks(store: Store, jobId: string, tasks: readonly TaskRow[]): void {
  write(store, jobId, () => {
    store.prepare("DELETE FROM tasks WHERE job_id = ?").run(jobId);
    const insert = store.prepare(
      "INSERT INTO tasks (job_id, ordinal, name, state, result, started_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    for (const [ordinal, { name, state, result, startedAt, endedAt }] of tasks.entries()) {
      const text = result === undefined ? null : JSON.stringify(result);
      insert.run(jobId, ordinal, name, state, text, startedAt ?? null, endedAt ?? null);
    }
  });
}

/** Tasks from one ordinal to another, both included, are to be done again. */
export function resetTasks(store: Store, jobId: string, from: number, to: number): void {
  write(store, jobId, () => {
    store
      .prepare(
        `UPDATE tasks SET state = 'NotStarted', result = NULL, started_at = NULL, ended_at = NULL
         WHERE job_id = ? AND ordinal BETWEEN ? AND ?`,
      )
      .run(jobId, from, to);
  });
}

/** A task that waits for a person. */
export function suspendTask(store: Store, jobId: string, ordinal: number): void {
  write(store, jobId, () => {
    store
      .prepare("UPDATE tasks SET state = 'Suspended' WHERE job_id = ? AND ordinal = ?")
      .run(jobId, ordinal);
  });
}

export function beginTask(store: Store, jobId: string, ordinal: number, now: number): void {
  write(store, jobId, () => {
    store
      .prepare("UPDATE tasks SET state = 'InProgress', started_at = ? WHERE job_id = ? AND ordinal = ?")
      .run(now, jobId, ordinal);
  });
}

export function endTask(
  store: Store,
  jobId: string,
  ordinal: number,
  outcome: { state: JobState; result?: unknown; now: number },
): void {
  write(store, jobId, () => {
    store
      .prepare("UPDATE tasks SET state = ?, result = ?, ended_at = ? WHERE job_id = ? AND ordinal = ?")
      .run(
        outcome.state,
        outcome.result === undefined ? null : JSON.stringify(outcome.result),
        outcome.now,
        jobId,
        ordinal,
      );
  });
}

/** A person says that the task that waits for one is done. Does nothing if none waits. */
export function completeTask(
  store: Store,
  jobId: string,
  ordinal: number,
  result: object,
  now: number,
): void {
  store.together(() => {
    const { changes } = store
      .prepare(
        `UPDATE tasks SET state = 'Succeeded', result = ?, ended_at = ?
         WHERE job_id = ? AND ordinal = ? AND state = 'Suspended'`,
      )
      .run(JSON.stringify(result), now, jobId, ordinal);
    if (changes === 0) return;
    store.prepare("UPDATE jobs SET state = 'InProgress' WHERE id = ? AND state <> 'Cancelled'").run(jobId);
  });
}

export function tasksOf(store: Store, jobId: string): TaskRow[] {
  const rows = store.prepare("SELECT * FROM tasks WHERE job_id = ? ORDER BY ordinal").all(jobId);
  return rows.map((row) => ({
    name: row["name"] as string,
    state: row["state"] as JobState,
    result: row["result"] === null ? undefined : JSON.parse(row["result"] as string),
    startedAt: (row["started_at"] as number | null) ?? undefined,
    endedAt: (row["ended_at"] as number | null) ?? undefined,
  }));
}

export function findJob(store: Store, jobId: string): JobRow | undefined {
  const row = store.prepare("SELECT * FROM jobs WHERE id = ?").get(jobId);
  return row ? toJob(row) : undefined;
}

/** The job of a target that has begun and not ended, if any: at most one by way of the target's lease. */
export function openJobOf(store: Store, targetId: string): JobRow | undefined {
  const row = store
    .prepare(
      `SELECT * FROM jobs WHERE target_key = ? AND state IN ('NotStarted', 'InProgress', 'Suspended')
       ORDER BY started_at DESC LIMIT 1`,
    )
    .get(idKey(targetId));
  return row ? toJob(row) : undefined;
}

/** Jobs, newest first; all of them, or those of one target or of some scenarios. */
export function listJobs(
  store: Store,
  filter: { targetId?: string; scenarios?: readonly string[]; limit: number },
): JobRow[] {
  const rows = store
    .prepare(
      `SELECT * FROM jobs WHERE (?1 IS NULL OR target_key = ?1) AND (?3 IS NULL OR scenario IN (SELECT value FROM json_each(?3)))
       ORDER BY started_at DESC, rowid DESC LIMIT ?2`,
    )
    .all(
      filter.targetId === undefined ? null : idKey(filter.targetId),
      filter.limit,
      filter.scenarios === undefined ? null : JSON.stringify(filter.scenarios),
    );
  return rows.map(toJob);
}
