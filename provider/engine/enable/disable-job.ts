/**
 * Disable protection: the replica and its recovery points are removed, unless the policy keeps them. The source machine
 * stays as it is, without the mark that this engine protects it.
 */
import { releaseMachine } from "../identity/identify-machine.ts";
import type { JobDefinition } from "../job/job-definition.ts";
import { replicationRulesOf } from "../replication-cycle/replication-rules.ts";
import { removeReplica } from "../replication/replica-ledger.ts";

export const disableJob: JobDefinition<Record<string, never>> = {
  scenario: "DisableDr",
  title: "protection removal",
  step: "DisableProtection",
  needsOwnDisks: true,
  tasks: [
    {
      name: "RemoveReplica",
      title: "Remove the replica and its recovery points",
      run: async ({ parts, item, progress }) => {
        const { id, details } = item();
        if (replicationRulesOf(parts, id)?.removesReplica === false) {
          const text = "its replica and recovery points are kept: its policy has replicaDeletion NotRequired";
          progress.report(text);
          return;
        }
        for (const replica of [details, ...(details.reverse ? [details.reverse] : [])]) {
          const left = await removeReplica(parts, replica);
          if (left !== undefined) progress.report(left);
        }
      },
    },
    {
      name: "ReleaseMachine",
      title: "Take the mark of this engine off the machine",
      run: async ({ parts, item, progress }) => {
        const { details } = item();
        if (await releaseMachine(parts, item())) return;
        progress.report(
          `${details.machineName} cannot be written now and keeps the mark of this engine; ` +
            "another engine that is to protect it takes it over with `siterecovery take-over-machine`",
        );
      },
    },
  ],
};
