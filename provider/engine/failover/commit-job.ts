/** Commit (H2F-3, HW-5b, SEC-6): the failover is accepted; the recovery points that were not used are given up. */
import { requireNotExchanged } from "../identity/exchanged-images.ts";
import { noteMove } from "../identity/owned-machine.ts";
import { requirePlaceOf } from "../inventory/find-machine.ts";
import type { JobContext, JobDefinition, JobTask } from "../job/job-definition.ts";
import { type ProtectedItem, recoveryMachineOf } from "../../model/item.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { foreseeCommit, foreseeReverse } from "./foresee-way-back.ts";
import type { KeptPoints } from "../../replica/replica-store.ts";
import { requireMoved } from "./require-moved.ts";
import { dropWayBack, finishReverse, reverseTasks } from "./reverse-replication-job.ts";

type Input = Record<string, never>;

/** An older database that is put back must not cancel what was committed since: the machine's mark names the commit. */
async function markCommitted(
  context: Pick<JobContext<Input>, "parts" | "item" | "itemId" | "jobId">,
): Promise<void> {
  const { parts, item } = context;
  const { activeLocation } = item();
  const isOut = activeLocation === "recovery";
  const { folder } = isOut ? recoveryMachineOf(item()) : await requirePlaceOf(parts, item());
  await noteMove(parts, folder, context, activeLocation);
}

function keptText({ count, until }: KeptPoints): string {
  const points = count === 1 ? "1 unused recovery point stays" : `${count} unused recovery points stay`;
  return until === undefined
    ? `${points}: this identity may not delete (mayDelete: false)`
    : `${points}: the first retention lock ends at ${new Date(until).toISOString()}`;
}

const dropUnused: JobTask<Input> = {
  name: "DropUnusedRecoveryPoints",
  title: "Drop the recovery points that were not used",
  run: async (context) => {
    const { parts, item, progress } = context;
    const { details } = item();
    const { replicaStoreId, replicaId } = relationshipOf(item());
    await requireMoved(parts, item());
    requireNotExchanged(parts, item());
    await markCommitted(context);
    const used = details.reverse ? details.failbackPointId : details.recoveryMachine?.pointId;
    const replicas = await parts.replicaStoreOf(replicaStoreId);
    // The used point stays: it is the base that a failback compares with.
    // A machine that was adopted may have come from a point that is not there; then none is given up.
    const kept = await replicas.retain(replicaId, (points) => {
      const isThere = points.some((point) => point.id === used);
      return points.filter((point) => !isThere || point.id === used).map((point) => point.id);
    });
    if (kept.kept !== undefined) progress.report(keptText(kept.kept));
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
  needsOwnDisks: true,
  tasks: [dropUnused],
  foresee: foreseeCommit,
  finish: ({ parts }, item) => moved(item, parts.clock.now()),
};

/** The commit of a planned failover between VMM sites leaves the machine protected at the other side (SEC-5). */
export const commitAndReverseJob: JobDefinition<Input> = {
  scenario: "CommitAndReverseReplication",
  title: "commit and reverse replication",
  step: "Commit",
  needsOwnDisks: true,
  tasks: [...reverseTasks, dropUnused],
  foresee: async (context, foresight) => {
    await foreseeReverse(context, foresight);
    await foreseeCommit(context, foresight);
  },
  finish: (context, item) => moved(finishReverse(context, item), context.parts.clock.now()),
  rollBack: dropWayBack,
};
