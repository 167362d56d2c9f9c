/** Which recovery points a policy keeps: those of the last hours, and always the newest. */
import { findThing } from "../../store/things.ts";
import type { PolicyInputs } from "../../kinds/policy.ts";
import type { ProtectedItemInputs } from "../../kinds/protected-item.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ProtectedItem } from "../protected-item/item.ts";

const millisecondsPerHour = 3_600_000;

/** The policy of an item, with what the policy's handler keeps (defaults are filled in). */
export function policyOf(
  parts: EngineParts,
  itemId: string,
): NonNullable<NonNullable<PolicyInputs["properties"]>["providerSpecificInput"]> | undefined {
  const item = findThing<ProtectedItemInputs>(parts.store, itemId);
  const policy = findThing<PolicyInputs>(parts.store, item?.inputs.properties?.policyId ?? "");
  return policy?.inputs.properties?.providerSpecificInput;
}

export async function retainPoints(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const historyHours = policyOf(parts, item.id)?.recoveryPointHistoryDuration ?? 0;
  const oldest = parts.clock.now() - historyHours * millisecondsPerHour;
  const replicas = await parts.replicaStoreOf(item.details.storageAccountId);
  await replicas.retain(item.details.replicaId, (points) =>
    points
      .filter((point, index) => index === points.length - 1 || point.takenAt >= oldest)
      .map(({ id }) => id),
  );
}
