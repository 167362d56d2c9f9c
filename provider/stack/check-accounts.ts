import { addressMistakes } from "../store-address.ts";
import type { Findings } from "./findings.ts";
import type { StackDefinition } from "./stack-definition.ts";

/** Whether what storage accounts say of the place of their replicas can be one. */
export function checkAccounts(stack: StackDefinition, findings: Findings): void {
  for (const [index, account] of stack.azure.storageAccounts.entries()) {
    for (const { property, reason } of addressMistakes(account)) {
      const path = ["azure", "storageAccounts", index, property];
      findings.add("replica-place", path, `${property} ${reason.toString()}`);
    }
  }
}
