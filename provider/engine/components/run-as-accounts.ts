/** Accounts that the server of a site knows, and that it reaches machines and hosts with. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf } from "../inventory/inventories.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { protectionOf } from "../protected-item/protection.ts";

/**
 * Throws `PrerequisitesNotMet` for an account in an item's settings that the site's server does not know: a change of it
 * is looked at where it is made, and not when the account is needed.
 */
export function requireAccounts(parts: EngineParts, itemId: string, inputs: ItemInputs): void {
  const { runAsAccountId, migrationAccountIds = [] } = protectionOf(inputs);
  const purposes: readonly [readonly string[], string][] = [
    [runAsAccountId === undefined ? [] : [runAsAccountId], "push the Mobility service"],
    [migrationAccountIds, "take snapshots and move data"],
  ];
  for (const [accounts, purpose] of purposes) {
    for (const account of accounts) {
      const what = accountProblem(parts, itemId, account, purpose);
      if (what === undefined) continue;
      const message = said`${nameOf(itemId)} cannot be protected: ${what}.`;
      const property = "properties.providerSpecificDetails";
      throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: itemId, property });
    }
  }
}

/** What is wrong with an account, by its name or the id that ends with it, or `undefined` if the server knows it. */
export function accountProblem(
  parts: EngineParts,
  itemId: string,
  account: string,
  purpose: string,
): string | undefined {
  const accounts = listThings<{ runAsAccounts?: string[] }>(parts.store, {
    kind: "services-provider",
    under: fabricOf(itemId),
  }).flatMap(({ inputs }) => inputs.runAsAccounts ?? []);
  const name = nameOf(account);
  if (accounts.includes(name)) return undefined;
  const known = accounts.length === 0 ? "It knows none" : `It knows ${accounts.join(", ")}`;
  return (
    `the configuration server has no account "${name}" to ${purpose} with. ${known}. ` +
    "Add it to the runAsAccounts of the server's registration"
  );
}
