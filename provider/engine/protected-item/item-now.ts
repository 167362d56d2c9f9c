import { findItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { ItemDetails, ProtectedItem } from "./item.ts";
import type { ItemState } from "./states.ts";

/** Returns the item as it is now, or `undefined` if it is not there. */
export function itemNow({ store }: Pick<EngineParts, "store">, id: string): ProtectedItem | undefined {
  return findItem<ItemState, ItemDetails>(store, id) as ProtectedItem | undefined;
}
