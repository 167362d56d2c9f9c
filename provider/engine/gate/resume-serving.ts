/**
 * A machine that runs from its recovery point waits for the server of its disks if that was killed. The next action on the
 * item starts it again, whatever the action is.
 */
import { isExpected } from "../../errors.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { Progress } from "../../progress.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isStill } from "../identity/owned-machine.ts";

/** A failure is reported and keeps nothing else from being done: a cancellation needs no disks. */
export async function resumeServing(
  parts: EngineParts,
  { details }: ProtectedItem,
  progress: Progress,
): Promise<void> {
  for (const machine of [details.recoveryMachine, details.testMachine]) {
    if (machine === undefined) continue;
    try {
      const state = parts.instantStart.stateOf(machine.folder);
      if (state === undefined || state.isServed || !(await isStill(parts, machine))) continue;
      // A machine that is off needs no server; its start, or what needs its disks, starts one.
      if ((await parts.machines.powerState(machine.folder)) !== "running") continue;
      progress.report(`serve the disks of ${machine.name} from its recovery point again`);
      await parts.instantStart.resume(machine.folder);
    } catch (error) {
      if (!isExpected(error)) throw error;
      progress.report(error.message);
    }
  }
}
