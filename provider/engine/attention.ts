/** Which machines need a person first. */
import { nameOf } from "../arm-id.ts";
import type { ItemView } from "./item-view.ts";

/** 0: it needs a person at once; 1: a person should know; 2: a move or test waits for its end; 3: all is well. */
export function attentionOf({ item, healthNotes, failoverHealth, isTargetAway }: ItemView): 0 | 1 | 2 | 3 {
  if (healthNotes.some(({ severity }) => severity === "Critical")) return 0;
  if (healthNotes.length > 0 || failoverHealth !== "Normal" || isTargetAway) return 1;
  return item.state.endsWith("CommitPending") || item.testFailoverState !== "None" ? 2 : 3;
}

/** Those that need a person first, then by name. */
export function byAttention(views: readonly ItemView[]): ItemView[] {
  return views.toSorted(
    (one, other) =>
      attentionOf(one) - attentionOf(other) || (nameOf(one.item.id) < nameOf(other.item.id) ? -1 : 1),
  );
}
