import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { said } from "../../message.ts";

/**
 * Throws `TargetUnreachable` when the host at the other side cannot be reached that an item's machine was made on, or
 * the test machine in `folder`. What stops, starts or removes that machine must not take it for one that is gone: it may
 * run there, unseen.
 */
export async function requireRecoverySide(
  parts: EngineParts,
  item: ProtectedItem,
  folder = item.details.recoveryMachine?.folder,
): Promise<void> {
  if (folder === undefined || (await parts.machines.exists(folder))) return;
  const host = path.dirname(folder);
  if (parts.files.exists(host)) return;
  const message = said`The machine of ${nameOf(item.id)} at ${recoverySideName(parts, item.id)} cannot be reached: ${host} is gone.
      Bring it back and run again.`;
  throw new SiteRecoveryError("TargetUnreachable", message, { target: item.id });
}
