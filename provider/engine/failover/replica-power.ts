/** Stopping and starting the machine at the recovery side on the way back. */
import { noteMove, requireStill } from "../identity/owned-machine.ts";
import type { JobContext } from "../job/job-definition.ts";
import { recoveryMachineOf } from "../../model/item.ts";

type Context = Pick<JobContext<unknown>, "parts" | "item" | "itemId" | "jobId">;

/** Shuts the machine at the recovery side down. Returns whether it was there. Throws `DuplicateName` for another one. */
export function shutDownReplica(context: Context): { wasThere: boolean } {
  const { parts, item } = context;
  const machine = recoveryMachineOf(item());
  if (!parts.machines.exists(machine.folder)) return { wasThere: false };
  requireStill(parts, item().id, machine);
  noteMove(parts, machine.folder, context, "primary");
  parts.machines.shutDown(machine.folder);
  return { wasThere: true };
}

/** Starts it again after a way back that failed, if it is there. */
export function startReplica({ parts, item }: Context): void {
  const machine = recoveryMachineOf(item());
  if (!parts.machines.exists(machine.folder)) return;
  requireStill(parts, item().id, machine);
  parts.machines.start(machine.folder);
}
