import { hasCode } from "../../errors.ts";
import { stateFacts } from "../../model/states.ts";
import { findThing } from "../../store/things.ts";
import { findPlace } from "../failover/recovery-machine.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import type { HealthCheck } from "./health-note.ts";

/** Another machine is where a failover would make this one: it would be refused on the day that it is needed. */
export const recoveryPlaceNotes: HealthCheck = async ({ parts, item }) => {
  const inputs = findThing<ItemInputs>(parts.store, item.id)?.inputs;
  const mayFailOver = stateFacts[item.state].replicates && item.activeLocation === "primary";
  if (inputs === undefined || !mayFailOver || item.details.recoveryMachine !== undefined) return [];
  const owner = { engineId: parts.engineId, itemId: item.id, jobId: "", purpose: "replica" } as const;
  try {
    await findPlace(parts, item, inputs, owner);
    return [];
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
    const text = `a failover would be refused: ${error.message.replace(/\.$/, "")}`;
    return [{ severity: "Critical", code: "RecoveryPlaceTaken", text }];
  }
};
