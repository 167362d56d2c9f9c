import type { HyperVReplicaAzurePolicy, PolicyInputs } from "../../kinds/policy.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import { findThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";

/** The policy of an item, as its handler keeps it: defaults are filled in. */
export function policyOf(parts: EngineParts, itemId: string): HyperVReplicaAzurePolicy | undefined {
  const item = findThing<ProtectedItemInputs>(parts.store, itemId);
  const policy = findThing<PolicyInputs>(parts.store, item?.inputs.properties?.policyId ?? "");
  return policy?.inputs.properties?.providerSpecificInput;
}
