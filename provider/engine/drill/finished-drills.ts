/** The drills that have ended, out of the jobs that they were: what a report says before it is numbered and signed. */
import { nameOf, sameId } from "../../arm-id.ts";
import type { DrillFacts, ReportCheck, ReportMachine, ReportStep } from "../../drill-report/drill-report.ts";
import type { DiskEvidence, RecoveryMachine } from "../../model/item.ts";
import { type JobRow, listJobs, type TaskRow, tasksOf } from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import {
  testFailoverCleanupJob,
  testFailoverJob,
  type TestFailoverInput,
} from "../failover/test-failover-jobs.ts";
import { measuredLoss } from "../../model/measured-loss.ts";
import { rpoThresholdSeconds } from "../replication-cycle/rpo-alarm.ts";
import { guestChecks, isolationOf } from "./guest-checks.ts";
import type { StartResult } from "../recovery-plan/machine-power.ts";
import type { PlanInput } from "../recovery-plan/plan-run.ts";
import { findThing } from "../../store/things.ts";

type Numbering = "vaultId" | "engineId" | "sequence" | "previousSha256" | "format" | "version";

export interface FinishedDrill {
  /** Its place among the drills that have ended. */
  readonly order: number;
  readonly vaultId: string;
  readonly facts: Omit<DrillFacts, Numbering>;
}

interface EndedJob extends JobRow {
  readonly endedAt: number;
  /** Its place among the jobs that were looked at, in the order in which they began. */
  readonly order: number;
}

interface TestedMachine {
  readonly test: EndedJob;
  readonly cleanUp: EndedJob | undefined;
}

const jobsLookedAt = 2000;
const isOfPlan = ({ input }: JobRow): boolean => (input as Partial<PlanInput>).operation !== undefined;
const time = (milliseconds: number): string => new Date(milliseconds).toISOString();

function resultOf<Result>(tasks: readonly TaskRow[], name: string): Result | undefined {
  return tasks.find((task) => task.name === name)?.result as Result | undefined;
}

/** Tests and clean-ups that have ended, newest first. */
function endedJobs({ store }: EngineParts): EndedJob[] {
  const scenarios = [testFailoverJob.scenario, testFailoverCleanupJob.scenario];
  const jobs = listJobs(store, { scenarios, limit: jobsLookedAt });
  return jobs.flatMap((job, index) =>
    job.endedAt === undefined ? [] : [{ ...job, endedAt: job.endedAt, order: jobs.length - index }],
  );
}

/** The latest test before a clean-up of the same thing. */
function testBefore(tests: readonly EndedJob[], cleanUp: EndedJob): EndedJob | undefined {
  return tests.find(
    (test) =>
      sameId(test.targetId, cleanUp.targetId) &&
      test.order < cleanUp.order &&
      isOfPlan(test) === isOfPlan(cleanUp),
  );
}

function checksOf(evidence: readonly DiskEvidence[]): ReportCheck[] {
  return evidence.map(({ diskId, sizeBytes, sha256 }) => ({
    name: `disk ${diskId}`,
    kind: "checksum",
    passed: true,
    output: `${sizeBytes} bytes, SHA-256 ${sha256}`,
  }));
}

/** In a plan the boot groups start the machines. */
function startInRun(
  parts: EngineParts,
  itemId: string,
  planTest: EndedJob | undefined,
): Partial<StartResult> {
  const tasks = planTest === undefined ? [] : tasksOf(parts.store, planTest.id);
  const results = tasks.map(({ result }) => (result ?? {}) as Partial<StartResult>);
  const found = results.find(
    ({ itemId: id, startedAt }) => id !== undefined && startedAt !== undefined && sameId(id, itemId),
  );
  return found ?? {};
}

/** `undefined` if the test ended before there was a machine. */
function machineOf(
  parts: EngineParts,
  test: EndedJob,
  planTest: EndedJob | undefined,
): ReportMachine | undefined {
  const tasks = tasksOf(parts.store, test.id);
  const point = resultOf<{ pointId: string; takenAt: number }>(tasks, "RecoveryPoint");
  const machine = resultOf<RecoveryMachine & { startedAt: number }>(tasks, "StartTestMachine");
  if (point === undefined || machine === undefined) return undefined;
  const { requestedAt } = test.input as TestFailoverInput;
  const { startedAt = machine.startedAt, guest = machine.guest } = startInRun(parts, test.targetId, planTest);
  const ageSeconds = Math.max(0, (requestedAt - point.takenAt) / 1000);
  const loss = measuredLoss(requestedAt, point.takenAt, guest);
  return {
    name: nameOf(test.targetId),
    itemId: test.targetId,
    testMachineName: machine.name,
    recoveryPoint: {
      id: point.pointId,
      time: time(point.takenAt),
      ...(machine.pointKind === undefined ? {} : { kind: machine.pointKind }),
      ageSeconds,
    },
    measuredRpoSeconds: loss.seconds,
    measuredRpoFrom: loss.from,
    rpoThresholdSeconds: rpoThresholdSeconds(parts, test.targetId),
    ...(guest?.lastWriteAt === undefined ? {} : { guestLastWriteTime: time(guest.lastWriteAt) }),
    measuredRtoSeconds: Math.max(0, (startedAt - requestedAt) / 1000),
    checks: [...checksOf(resultOf<DiskEvidence[]>(tasks, "CollectEvidence") ?? []), ...guestChecks(guest)],
    ...(guest?.isolation === undefined ? {} : { isolation: isolationOf(guest.isolation) }),
    ...(guest?.screenPng === undefined ? {} : { screenPng: guest.screenPng }),
    ...(guest === undefined ? {} : { console: guest.consoleLines }),
  };
}

function stepsOf(parts: EngineParts, jobs: readonly EndedJob[]): ReportStep[] {
  return jobs.flatMap(({ id, targetId, ...job }) =>
    tasksOf(parts.store, id).flatMap(({ name, state, startedAt, endedAt }) => {
      if (startedAt === undefined) return [];
      const of = isOfPlan({ id, targetId, ...job }) ? "" : `${nameOf(targetId)}: `;
      return [
        { name: `${of}${name}`, state, startTime: time(startedAt), endTime: time(endedAt ?? job.endedAt) },
      ];
    }),
  );
}

/** What the scripts of a plan printed, beside the first machine: they are of the plan as a whole. */
function scriptsOf(parts: EngineParts, test: EndedJob): ReportCheck[] {
  return tasksOf(parts.store, test.id).flatMap(({ name, state, result }) => {
    const { output, exitCode } = (result ?? {}) as { output?: unknown; exitCode?: number | null };
    if (typeof output !== "string") return [];
    return [
      {
        name,
        kind: "script",
        passed: state === "Succeeded",
        output: `exit code ${String(exitCode ?? "none")}\n${output}`,
      },
    ];
  });
}

function removedBy(parts: EngineParts, cleanUp: EndedJob): { machine: string; folder: string | null } {
  const found = resultOf<{ removedFolder: string | null }>(
    tasksOf(parts.store, cleanUp.id),
    "RemoveTestMachine",
  );
  return { machine: nameOf(cleanUp.targetId), folder: found?.removedFolder ?? null };
}

function drillOf(
  parts: EngineParts,
  drill: DrillFacts["drill"],
  machines: readonly TestedMachine[],
  plan?: { readonly test: EndedJob; readonly cleanUp: EndedJob },
): FinishedDrill {
  const found = machines.flatMap(({ test }) => machineOf(parts, test, plan?.test) ?? []);
  const cleanUps = machines.flatMap(({ cleanUp }) => cleanUp ?? []);
  const scripts = plan === undefined ? [] : scriptsOf(parts, plan.test);
  const tested = found.map((machine, index) =>
    index === 0 ? { ...machine, checks: [...machine.checks, ...scripts] } : machine,
  );
  const whole = plan === undefined ? machines.map(({ test }) => test) : [plan.test];
  const jobs = [...whole, ...(plan === undefined ? cleanUps : [plan.cleanUp])];
  const failed = whole.find(({ state }) => state !== "Succeeded");
  const rto =
    plan === undefined
      ? Math.max(...found.map(({ measuredRtoSeconds }) => measuredRtoSeconds))
      : Math.max(0, (plan.test.endedAt - (plan.test.input as PlanInput).requestedAt) / 1000);
  return {
    order: Math.max(...jobs.map(({ order }) => order)),
    vaultId: /^.*\/vaults\/[^/]+/i.exec(drill.subjectId)![0],
    facts: {
      drill,
      result: failed === undefined ? "Succeeded" : "Failed",
      ...(failed?.error === undefined ? {} : { error: failed.error.message }),
      startTime: time(Math.min(...jobs.map(({ startedAt }) => startedAt))),
      endTime: time(Math.max(...jobs.map(({ endedAt }) => endedAt))),
      ...(found.length === 0
        ? {}
        : {
            measuredRpoSeconds: Math.max(...found.map(({ measuredRpoSeconds }) => measuredRpoSeconds)),
            measuredRtoSeconds: rto,
          }),
      machines: tested,
      timeline: stepsOf(parts, jobs),
      cleanedUp: cleanUps.map((cleanUp) => removedBy(parts, cleanUp)),
      jobIds: [...new Set([...jobs, ...machines.map(({ test }) => test), ...cleanUps].map(({ id }) => id))],
    },
  };
}

/**
 * All drills that have ended, oldest first: those whose test machines were removed, and tests of one machine that failed. A
 * drill of a plan or cluster is one, with all its machines.
 */
export function finishedDrills(parts: EngineParts): FinishedDrill[] {
  const jobs = endedJobs(parts);
  const tests = jobs.filter(({ scenario }) => scenario === testFailoverJob.scenario);
  const ended = jobs.filter(
    ({ scenario, state }) => scenario === testFailoverCleanupJob.scenario && state === "Succeeded",
  );
  const used = new Set<string>();
  const drills: FinishedDrill[] = [];
  // The newest run first: what belongs to it belongs to no run before.
  for (const cleanUp of ended.filter(isOfPlan)) {
    const test = testBefore(tests, cleanUp);
    if (test === undefined) continue;
    const machines = ended.flatMap((one) => {
      const isInRun = one.order > cleanUp.order && one.endedAt <= cleanUp.endedAt && !used.has(one.id);
      const own = isOfPlan(one) || !isInRun ? undefined : testBefore(tests, one);
      if (own === undefined || !sameId((own.input as TestFailoverInput).drillId, cleanUp.targetId)) return [];
      for (const { id } of [one, own]) used.add(id);
      return [{ test: own, cleanUp: one }];
    });
    const { drillId, networkId = "" } = test.input as PlanInput;
    const kind = findThing(parts.store, cleanUp.targetId)?.kind === "protection-cluster" ? "cluster" : "plan";
    const drill = {
      name: nameOf(drillId ?? cleanUp.targetId),
      kind,
      subjectId: cleanUp.targetId,
      networkId,
    } as const;
    drills.push(drillOf(parts, drill, machines, { test, cleanUp }));
  }
  const add = (test: EndedJob, cleanUp: EndedJob | undefined): void => {
    const { drillId, networkId } = test.input as TestFailoverInput;
    const drill = { name: nameOf(drillId), kind: "machine", subjectId: test.targetId, networkId } as const;
    drills.push(drillOf(parts, drill, [{ test, cleanUp }]));
  };
  for (const cleanUp of ended) {
    const test = isOfPlan(cleanUp) || used.has(cleanUp.id) ? undefined : testBefore(tests, cleanUp);
    if (test?.state === "Succeeded") add(test, cleanUp);
  }
  for (const test of tests) {
    const isPart =
      isOfPlan(test) ||
      /\/(replicationRecoveryPlans|replicationProtectionClusters)\//i.test(
        (test.input as TestFailoverInput).drillId,
      );
    if (!isPart && (test.state === "Failed" || test.state === "Cancelled")) add(test, undefined);
  }
  return drills.sort((one, other) => one.order - other.order);
}
