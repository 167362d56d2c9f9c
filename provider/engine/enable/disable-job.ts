/** Disable protection: the replica and its recovery points are removed. The source machine stays as it is. */
import type { JobDefinition } from "../job/job-definition.ts";
import { removeReplica } from "../replication/replica-ledger.ts";

export const disableJob: JobDefinition<Record<string, never>> = {
  scenario: "DisableDr",
  title: "disabling of protection",
  step: "DisableProtection",
  tasks: [
    {
      name: "RemoveReplica",
      title: "Remove the replica and its recovery points",
      run: async ({ parts, item }) => {
        const { details } = item();
        for (const replica of [details, ...(details.reverse ? [details.reverse] : [])]) {
          await removeReplica(parts, replica);
        }
      },
    },
  ],
};
