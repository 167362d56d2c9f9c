/** What needs the disks of a machine waits until they are out of the recovery point that the machine was started from. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Progress } from "../../progress.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { EngineParts } from "../engine-parts.ts";
import { copyProgress } from "./report-progress.ts";

/** Resolves at once if they are. Throws `JobFailed` if they cannot be moved now, and `Cancelled` when the wait
 * is given up. */
export async function untilMoved(
  parts: EngineParts,
  { id, details }: ProtectedItem,
  progress: Progress,
): Promise<void> {
  const folder = details.recoveryMachine?.folder;
  const state = folder === undefined ? undefined : parts.instantStart.stateOf(folder);
  if (folder === undefined || state === undefined) return;
  progress.report(
    `${details.machineName} runs from recovery point ${state.pointId}; wait until its disks are moved out of it`,
  );
  const report = copyProgress(parts.clock, progress, "move");
  const finishing = parts.instantStart.finish(folder, {
    signal: progress.signal,
    report: (bytesDone, bytesTotal) => report({ diskId: "all disks", bytesDone, bytesTotal }),
  });
  await finishing.catch((error: unknown) => {
    if (progress.signal?.aborted !== true) throw error;
    const message = said`The wait for the disks of ${details.machineName} was given up, and nothing else was done. They are
      moved all the same. Run the command again to go on.`;
    throw new SiteRecoveryError("Cancelled", message, { target: id, cause: error });
  });
}
