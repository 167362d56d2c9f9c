import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isStill } from "../identity/owned-machine.ts";
import { findMachineOf, notFound } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { disksIn } from "../replication-cycle/source-disks.ts";
import { findUnreadableDisk } from "../replication-cycle/unreadable-disk.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";
import { said } from "../../message.ts";

/**
 * Throws `TargetUnreachable`, or `NotFound` when the machine, or a disk of it that can be read, is not where it was moved
 * to: what it can be made from must not go as well.
 */
export async function requireMoved(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const { recoveryMachine } = item.details;
  const isBack = item.activeLocation === "primary";
  if (!isBack) await requireRecoverySide(parts, item);
  const lookup = isBack ? await findMachineOf(parts, item) : undefined;
  if (lookup?.answer === "unknown" || lookup?.answer === "duplicate") throw notFound(item, lookup);
  const isThere = isBack
    ? lookup?.answer === "found"
    : recoveryMachine !== undefined &&
      (await parts.machines.exists(recoveryMachine.folder)) &&
      (await isStill(parts, recoveryMachine));
  const folder = lookup?.answer === "found" ? lookup.place.folder : recoveryMachine?.folder;
  const unreadable =
    isThere && folder !== undefined
      ? findUnreadableDisk(parts, disksIn(parts, folder, item.details.disks))
      : undefined;
  if (isThere && unreadable === undefined) return;
  const where = isBack ? nameOf(fabricOf(item.id)) : recoverySideName(parts, item.id);
  const mend = isBack
    ? `Bring it back; its disks of before are whole, and off, in ${recoveryMachine?.folder ?? "the other side's inventory"}.`
    : "Change the recovery point, which makes it again, or cancel the failover.";
  const lost = unreadable
    ? `its disk ${unreadable.diskId} cannot be read at ${where} (${unreadable.why})`
    : `its machine is gone from ${where}`;
  const message = said`The failover of ${nameOf(item.id)} cannot be committed: ${lost}, and a commit would
      give up recovery points that it can be made from. ${mend}`;
  throw new SiteRecoveryError("NotFound", message, { target: item.id });
}
