/** Commit (H2F-3, HW-5b, SEC-6): the failover is accepted; the recovery points that were not used are given up. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isStill } from "../identity/owned-machine.ts";
import { findMachineOf, notFound } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { JobDefinition, JobTask } from "../job/job-definition.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { relationshipOf } from "../protected-item/relationship.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";
import { dropWayBack, finishReverse, reverseTasks } from "./reverse-replication-job.ts";

type Input = Record<string, never>;

/** Throws `TargetUnreachable`, or `NotFound` when the machine is not where it was moved to: what it can be made from must not go as well. */
function requireMoved(parts: EngineParts, item: ProtectedItem): void {
  const { recoveryMachine } = item.details;
  const isBack = item.activeLocation === "primary";
  if (!isBack) requireRecoverySide(parts, item);
  const lookup = isBack ? findMachineOf(parts, item) : undefined;
  if (lookup?.answer === "unknown" || lookup?.answer === "duplicate") throw notFound(item, lookup);
  const isThere = isBack
    ? lookup?.answer === "found"
    : recoveryMachine !== undefined &&
      parts.machines.exists(recoveryMachine.folder) &&
      isStill(parts, recoveryMachine);
  if (isThere) return;
  const where = isBack ? nameOf(fabricOf(item.id)) : recoverySideName(parts, item.id);
  const mend = isBack
    ? `Bring it back; its disks of before are whole, and off, in ${recoveryMachine?.folder ?? "the other side's inventory"}.`
    : "Change the recovery point, which makes it again, or cancel the failover.";
  const message =
    `The failover of ${nameOf(item.id)} cannot be committed: its machine is gone from ${where}, and a commit would ` +
    `give up recovery points that it can be made from. ${mend}`;
  throw new SiteRecoveryError("NotFound", message, { target: item.id });
}

const dropUnused: JobTask<Input> = {
  name: "DropUnusedRecoveryPoints",
  title: "Drop the recovery points that were not used",
  run: async ({ parts, item }) => {
    const { details } = item();
    const { replicaStoreId, replicaId } = relationshipOf(item());
    requireMoved(parts, item());
    const used = details.reverse ? details.failbackPointId : details.recoveryMachine?.pointId;
    const replicas = await parts.replicaStoreOf(replicaStoreId);
    // The used point stays: it is the base that a failback compares with.
    // A machine that was adopted may have come from a point that is not there; then none is given up.
    const kept = await replicas.retain(replicaId, (points) => {
      const isThere = points.some((point) => point.id === used);
      return points.filter((point) => !isThere || point.id === used).map((point) => point.id);
    });
    return { droppedCount: kept.droppedPointIds.length };
  },
};

function moved(item: ProtectedItem, endedAt: number): ProtectedItem {
  return { ...item, details: { ...item.details, lastMove: { action: "commit", endedAt } } };
}

export const commitJob: JobDefinition<Input> = {
  scenario: "CommitFailover",
  title: "commit",
  step: "Commit",
  tasks: [dropUnused],
  finish: ({ parts }, item) => moved(item, parts.clock.now()),
};

/** The commit of a planned failover between VMM sites leaves the machine protected at the other side (SEC-5). */
export const commitAndReverseJob: JobDefinition<Input> = {
  scenario: "CommitAndReverseReplication",
  title: "commit and reverse replication",
  step: "Commit",
  tasks: [...reverseTasks, dropUnused],
  finish: (context, item) => moved(finishReverse(context, item), context.parts.clock.now()),
  rollBack: dropWayBack,
};
