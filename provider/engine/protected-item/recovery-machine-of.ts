import { assert } from "../../errors.ts";
import type { ProtectedItem, RecoveryMachine } from "./item.ts";

/** Returns the machine that a failover made for an item. An item without one is a bug of the caller. */
export function recoveryMachineOf({ details }: ProtectedItem): RecoveryMachine {
  assert(details.recoveryMachine, `${details.machineName} has no machine at the recovery side`);
  return details.recoveryMachine;
}
