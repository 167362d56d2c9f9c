/** What one job of an item would do now, and what forbids it: its lease, its cluster, its state, and the job's own look. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { currentLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { type Foreseen, Foresight } from "../job/foresight.ts";
import type { JobDefinition } from "../job/job-definition.ts";
import { foresee } from "../job/run-job.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { requireAllowed } from "../../model/allowed-actions.ts";
import type { ItemAction } from "../../model/transitions.ts";
import { requireWholeClusters } from "../protected-item/cluster-actions.ts";

/** What a move would do, by the name of its job. */
export interface ForeseenMove extends Foreseen {
  readonly title: string;
}

/** Throws `Busy` if something works on the item now. */
function requireIdle(parts: EngineParts, itemId: string): void {
  const lease = currentLease(parts.store, itemId, parts.clock);
  if (lease === undefined) return;
  const message = said`${nameOf(itemId)} is busy: ${lease} is under way. Try again when it has ended.`;
  throw new SiteRecoveryError("Busy", message, { target: itemId });
}

/** Changes nothing. Throws `NotFound` for an item that is not there. */
export async function foreseeStep<Input>(
  parts: EngineParts,
  itemId: string,
  definition: JobDefinition<Input>,
  input: Input,
): Promise<ForeseenMove> {
  const item = requireItem(parts, itemId);
  const guard = new Foresight();
  await guard.check(() => requireIdle(parts, itemId));
  await guard.check(() => requireWholeClusters(parts, [itemId], () => definition.step as ItemAction));
  const isAllowed = await guard.check(() => (requireAllowed(item, definition.step), true));
  // What a step would do from a state that does not have it means nothing.
  const found = isAllowed ? await foresee(definition, { parts, itemId, item, input }) : new Foresight();
  return { ...found, title: definition.title, refusals: [...guard.refusals, ...found.refusals] };
}
