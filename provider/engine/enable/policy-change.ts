/** A policy that machines follow already: what it may not take away from them. */
import { findItem } from "../../store/protected-items.ts";
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { type Message, said } from "../../message.ts";
import type { PolicySettings } from "../../kinds/policy.ts";
import type { EngineParts } from "../engine-parts.ts";
import { listItemThings } from "../protected-item/item-things.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { rulesOfPolicy } from "../replication-cycle/replication-rules.ts";

const settingsProperty = "properties.providerSpecificInput";

function followersOf(parts: EngineParts, policyId: string): ProtectedItem[] {
  return listItemThings(parts)
    .filter(({ inputs }) => sameId(inputs.properties?.policyId ?? "", policyId))
    .flatMap(({ id }) => findItem(parts.store, id) ?? []);
}

/** Throws `InvalidInput` for settings that contradict what machines of the policy have: their storage, their group. */
export function requirePolicyFits(parts: EngineParts, policyId: string, settings: PolicySettings): void {
  const refuse = (property: string, what: Message): never => {
    const message = said`The replication policy ${nameOf(policyId)} cannot be changed so: ${what}`;
    throw new SiteRecoveryError("InvalidInput", message, { target: policyId, property });
  };
  const accounts = settings.instanceType === "HyperVReplicaAzure" ? (settings.storageAccounts ?? []) : [];
  const { multiVmSync } = rulesOfPolicy(settings);
  for (const { id, details } of followersOf(parts, policyId)) {
    const { replicaStoreId, groupName } = details;
    if (accounts.length > 0 && !accounts.some((account) => sameId(account, replicaStoreId))) {
      refuse(
        `${settingsProperty}.storageAccounts`,
        said`the replica of ${nameOf(id)} is in ${nameOf(replicaStoreId)}, which storageAccounts no longer lists. Add it, or
          disable the machine's protection first.`,
      );
    }
    if (groupName !== undefined && !multiVmSync) {
      refuse(
        `${settingsProperty}.multiVmSyncStatus`,
        said`${nameOf(id)} shares recovery points with the replication group "${groupName}". Take its multiVmGroupName away
          first.`,
      );
    }
  }
}
