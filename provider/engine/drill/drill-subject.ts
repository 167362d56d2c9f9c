/** What a drill tests: one machine, or the machines of a plan. A row of a table each, so that no caller asks which it is. */
import { findItem } from "../../store/protected-items.ts";
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { DrillInputs } from "../../kinds/drill.ts";
import { type JobRow, listJobs, openJobOf, tasksOf } from "../../store/jobs.ts";
import type { EngineParts } from "../engine-parts.ts";
import { testFailoverCleanupJob, testFailoverJob } from "../failover/test-failover-jobs.ts";
import type { Progress } from "../../progress.ts";
import { startJob } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { itemIdsOf } from "../recovery-plan/plan-groups.ts";
import { type PlanInput, requirePlan } from "../recovery-plan/plan-run.ts";
import { findPlan } from "../recovery-plan/plan-things.ts";
import { runPlan } from "../recovery-plan/run-plan.ts";
import { said } from "../../message.ts";
import { withItem } from "../gate/with-item.ts";

/** A drill as it is declared, under its ARM id. */
export interface Drill {
  readonly id: string;
  readonly inputs: DrillInputs;
}

/** A manual step that keeps a test from its end. */
export interface WaitingStep {
  readonly jobId: string;
  /** Its group and name. */
  readonly name: string;
  /** Whether the test is this drill's, and not one that a person began. */
  readonly isOwn: boolean;
}

interface StartOptions {
  /** When the run began that this is a step of, in milliseconds since 1970. */
  readonly since: number;
  /** Whether to wait here for manual steps. */
  readonly waits: boolean;
}

interface SubjectKind {
  /** Ids of the protected items that are tested. Throws `NotFound` if it is not there. */
  requireItems(parts: EngineParts, subjectId: string): string[];
  /** The same as far as it is there. */
  itemIds(parts: EngineParts, subjectId: string): string[];
  /** The id that test machines of this subject carry as their drill's. */
  markOf(drill: Drill, subjectId: string): string;
  /** Whether the test machines that carry the mark were made by this drill, and not by a command. */
  isOwn(parts: EngineParts, drill: Drill, subjectId: string): boolean;
  /** Whether nothing of the test is left to do once all test machines are there. */
  hasEnded(parts: EngineParts, subjectId: string): boolean;
  /** Makes the test machines. `Suspended`: a manual step waits for a person. Throws `Cancelled` once it was given up. */
  start(
    parts: EngineParts,
    drill: Drill,
    progress: Progress,
    options: StartOptions,
  ): Promise<"Succeeded" | "Suspended">;
  /** The manual step that waits for a person now, or `undefined`. */
  waitingStep(parts: EngineParts, drill: Drill, subjectId: string): WaitingStep | undefined;
  cleanUp(parts: EngineParts, drill: Drill, progress: Progress): Promise<void>;
  /** How long it took from the request until the machines ran, in seconds; `undefined`: the machines know. */
  rtoSeconds(parts: EngineParts, subjectId: string): number | undefined;
}

const runsLookedAt = 100;

/** The newest test failover of a plan. */
function lastTestOf(parts: EngineParts, planId: string): JobRow | undefined {
  return listJobs(parts.store, { targetId: planId, limit: runsLookedAt }).find(
    ({ input }) => (input as PlanInput).operation === "TestFailover",
  );
}

/** Whether a test failover of a plan was begun by this drill. */
function isTestOf({ id }: Drill, job: JobRow): boolean {
  const { drillId } = job.input as PlanInput;
  return drillId !== undefined && sameId(drillId, id);
}

export type SubjectArgument = "protectedItemId" | "recoveryPlanId";

export const subjectKinds: Record<SubjectArgument, SubjectKind> = {
  protectedItemId: {
    requireItems: (parts, itemId) => [requireItem(parts, itemId).id],
    itemIds: (parts, itemId) => (findItem(parts.store, itemId) ? [itemId] : []),
    markOf: ({ id }) => id,
    isOwn: () => true,
    hasEnded: () => true,
    start: async (parts, { id, inputs }, progress) => {
      const { networkId, recoveryPoint = "latest" } = inputs;
      const itemId = inputs.protectedItemId!;
      // The recovery time begins here: what the machine is waited for counts.
      const requestedAt = parts.clock.now();
      await withItem(parts, itemId, "test failover", progress, async () => {
        if (isMarked(requireItem(parts, itemId), id)) return;
        const input = { drillId: id, networkId, recoveryPoint, requestedAt };
        await startJob(parts, testFailoverJob, { itemId, input }, progress);
      });
      return "Succeeded";
    },
    waitingStep: () => undefined,
    cleanUp: (parts, { id, inputs }, progress) => {
      const itemId = inputs.protectedItemId!;
      return withItem(parts, itemId, "test failover clean-up", progress, async () => {
        if (!isMarked(requireItem(parts, itemId), id)) return;
        await startJob(parts, testFailoverCleanupJob, { itemId, input: {} }, progress);
      });
    },
    rtoSeconds: () => undefined,
  },
  recoveryPlanId: {
    requireItems: (parts, planId) => itemIdsOf(requirePlan(parts, planId).inputs),
    itemIds: (parts, planId) => {
      const plan = findPlan(parts, planId);
      return plan ? itemIdsOf(plan.inputs).filter((id) => findItem(parts.store, id)) : [];
    },
    markOf: (_drill, planId) => planId,
    isOwn: (parts, drill, planId) => {
      const last = lastTestOf(parts, planId);
      return last !== undefined && isTestOf(drill, last);
    },
    // The boot groups and their steps come after the machines were made.
    hasEnded: (parts, planId) => lastTestOf(parts, planId)?.state === "Succeeded",
    start: async (parts, { id, inputs }, progress, { since, waits }) => {
      const { networkId, recoveryPoint = "latest", recoveryPlanId: planId = "" } = inputs;
      const last = lastTestOf(parts, planId);
      if (last?.state === "Cancelled" && last.startedAt >= since) {
        const message = said`The test failover of ${nameOf(planId)} was given up.`;
        throw new SiteRecoveryError("Cancelled", message, { target: id });
      }
      const request = { operation: "TestFailover", networkId, recoveryPoint, drillId: id } as const;
      return (await runPlan(parts, planId, request, progress, { waits })).state;
    },
    waitingStep: (parts, drill, planId) => {
      const job = lastTestOf(parts, planId);
      if (job?.state !== "Suspended") return undefined;
      const task = tasksOf(parts.store, job.id).find(({ state }) => state === "Suspended");
      return task && { jobId: job.id, name: task.name, isOwn: isTestOf(drill, job) };
    },
    cleanUp: async (parts, { inputs }, progress) => {
      await runPlan(parts, inputs.recoveryPlanId!, { operation: "TestFailoverCleanup" }, progress);
    },
    rtoSeconds: (parts, planId) => {
      const job = lastTestOf(parts, planId);
      if (job?.endedAt === undefined) return undefined;
      return Math.max(0, (job.endedAt - (job.input as PlanInput).requestedAt) / 1000);
    },
  },
};

function isMarked({ details }: ProtectedItem, mark: string): boolean {
  return details.testMachine !== undefined && sameId(details.testMachine.drillId, mark);
}

/** What a drill is of: its kind, and its id. */
export function subjectOf({ inputs }: Drill): { readonly kind: SubjectKind; readonly subjectId: string } {
  const argument = inputs.recoveryPlanId === undefined ? "protectedItemId" : "recoveryPlanId";
  return { kind: subjectKinds[argument], subjectId: inputs[argument] ?? "" };
}

/** The manual step of its plan that a drill waits for now, or `undefined`. */
export function waitingStepOf(parts: EngineParts, drill: Drill): WaitingStep | undefined {
  const { kind, subjectId } = subjectOf(drill);
  return kind.waitingStep(parts, drill, subjectId);
}

/** The protected items that have a test machine of the drill now. */
export function testedItems(parts: EngineParts, drill: Drill): ProtectedItem[] {
  const { kind, subjectId } = subjectOf(drill);
  const mark = kind.markOf(drill, subjectId);
  const marked = kind
    .itemIds(parts, subjectId)
    .flatMap((id) => findItem(parts.store, id) ?? [])
    .filter((item) => isMarked(item, mark));
  return marked.length > 0 && kind.isOwn(parts, drill, subjectId) ? marked : [];
}

/** Whether test machines of the drill are left, or a clean-up that was interrupted has not ended. */
export function needsCleanUp(parts: EngineParts, drill: Drill): boolean {
  const { subjectId } = subjectOf(drill);
  return (
    testedItems(parts, drill).length > 0 ||
    openJobOf(parts.store, subjectId)?.scenario === testFailoverCleanupJob.scenario
  );
}

/** Whether all test machines of the drill are there, and all steps of its plan have ended. */
export function isRunning(parts: EngineParts, drill: Drill): boolean {
  const { kind, subjectId } = subjectOf(drill);
  const count = kind.itemIds(parts, subjectId).length;
  return count > 0 && testedItems(parts, drill).length === count && kind.hasEnded(parts, subjectId);
}
