/** Accounts that the server of a site knows, and that it reaches machines and hosts with. */
import { nameOf } from "../../arm-id.ts";
import { listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { fabricOf } from "../inventory/inventories.ts";

/** What is wrong with an account, by its name or the id that ends with it; nothing when the server knows it. */
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
