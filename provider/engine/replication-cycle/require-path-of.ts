import { idKey } from "../../arm-id.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import { requirePath } from "../components/network-paths.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../flows.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { recoverySideName } from "../inventory/recovery-side.ts";
import type { ProtectedItem } from "../protected-item/item.ts";
import { groupKeyOf } from "./replication-group.ts";

/**
 * Throws the recoverable `TargetUnreachable` when no path carries the machine's changes (V2A-4): out from its site,
 * or, once replication was reversed, back to it; from Azure that takes the path of a failback (V2F-6).
 */
export function requirePathOf(parts: EngineParts, item: ProtectedItem): void {
  const recoveryFabricName = recoverySideName(parts, item.id);
  const isBackFromAzure = item.details.reverse !== undefined && recoveryFabricName === microsoftAzure;
  requirePath(parts, {
    fabricId: fabricOf(item.id),
    purpose: isBackFromAzure ? "failback" : "replication",
    recoveryFabricName,
    isMultiVm: flows[item.details.flow].hasReplicationGroups && groupKeyOf(parts, item) !== idKey(item.id),
  });
}
