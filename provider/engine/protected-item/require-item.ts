import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { findItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";

/** The item, which must be there. Throws `NotFound`. */
export function requireItem({ store }: Pick<EngineParts, "store">, id: string): ProtectedItem {
  const item = findItem(store, id);
  if (item) return item;
  const message = said`There is no protected item ${nameOf(id)}. \`siterecovery status\` lists those there are.`;
  throw new SiteRecoveryError("NotFound", message, { target: id });
}
