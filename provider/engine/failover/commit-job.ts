/** Commit (H2F-3, HW-5b): the failover is accepted; the recovery points that were not used are given up. */
import type { JobDefinition } from "../job/job-definition.ts";

export const commitJob: JobDefinition<Record<string, never>> = {
  scenario: "CommitFailover",
  title: "commit",
  step: "Commit",
  tasks: [
    {
      name: "DropUnusedRecoveryPoints",
      title: "Drop the recovery points that were not used",
      run: async ({ parts, item }) => {
        const { details } = item();
        const used = details.recoveryMachine?.pointId;
        const replicas = await parts.replicaStoreOf(details.storageAccountId);
        // The used point stays: it is the base that a failback compares with.
        const kept = await replicas.retain(details.replicaId, (points) =>
          points.filter((point) => point.id === used).map((point) => point.id),
        );
        return { droppedCount: kept.droppedPointIds.length };
      },
    },
  ],
  finish: ({ parts }, item) => ({
    ...item,
    details: { ...item.details, lastMove: { action: "commit", endedAt: parts.clock.now() } },
  }),
};
