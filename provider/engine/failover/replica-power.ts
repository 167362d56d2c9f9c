/** Stopping and starting the machine at the recovery side on the way back. */
import { isInPlace, noteMove, requireStill } from "../identity/owned-machine.ts";
import type { JobContext } from "../job/job-definition.ts";
import { recoveryMachineOf } from "../../model/item.ts";

type Context = Pick<JobContext<unknown>, "parts" | "item" | "itemId" | "jobId">;

/** Shuts the machine at the recovery side down. Returns whether it was there. Throws `DuplicateName` for another one. */
export async function shutDownReplica(context: Context): Promise<{ wasThere: boolean }> {
  const { parts, item } = context;
  const machine = recoveryMachineOf(item());
  if (!(await isInPlace(parts, machine))) return { wasThere: false };
  await requireStill(parts, item().id, machine);
  await noteMove(parts, machine.folder, context, "primary");
  await parts.machines.shutDown(machine.folder);
  return { wasThere: true };
}

/** Starts it again after a way back that failed, if it is there. */
export async function startReplica({ parts, item }: Context): Promise<void> {
  const machine = recoveryMachineOf(item());
  if (!(await parts.machines.exists(machine.folder))) return;
  await requireStill(parts, item().id, machine);
  await parts.machines.start(machine.folder);
}
