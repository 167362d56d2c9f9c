/**
 * Reverse replication after a committed failback: the machine at the primary side is protected again. Its disks
 * equal the newest recovery point but for what changed since the failback, so no copy is needed; the replica
 * machine at the recovery side is removed.
 */
import type { JobDefinition } from "../job/job-definition.ts";

export const reverseReplicationJob: JobDefinition<Record<string, never>> = {
  scenario: "ReverseReplication",
  title: "reverse replication",
  step: "ReverseReplicate",
  tasks: [
    {
      name: "RemoveReplicaMachine",
      title: "Remove the machine at the recovery side",
      run: ({ parts, item }) => {
        const { recoveryMachine } = item().details;
        if (recoveryMachine) parts.machines.remove(recoveryMachine.folder);
      },
    },
  ],
  finish: ({ parts }, item) => {
    const { recoveryMachine: _removed, failbackPointId: _used, ...details } = item.details;
    const lastMove = { action: "reverse replication", endedAt: parts.clock.now() };
    return { ...item, details: { ...details, lastMove } };
  },
};
