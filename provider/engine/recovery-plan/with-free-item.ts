/**
 * An item's lease for one step of a plan. A plan holds no other item's lease for that step and waits for none, so two
 * plans can never wait for each other; it only waits, for a while, for what works on this item to end: a replication
 * cycle of the schedule must not fail a failover.
 */
import { nameOf } from "../../arm-id.ts";
import { hasCode } from "../../errors.ts";
import { currentLease } from "../../store/leases.ts";
import type { Progress } from "../../progress.ts";
import { withItem } from "../gate/with-item.ts";
import type { PlanRun } from "./plan-run.ts";

const triesMax = 300;
const pauseMilliseconds = 1000;

/** Throws `Busy` when the item is not free after five minutes. */
export async function withFreeItem<T>(
  { parts, operation, plan }: PlanRun,
  itemId: string,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  const purpose = `${operation.title} by the recovery plan ${nameOf(plan.id)}`;
  for (let tries = 1; ; tries += 1) {
    let hasBegun = false;
    try {
      return await withItem(parts, itemId, purpose, progress, () => {
        hasBegun = true;
        return work();
      });
    } catch (error) {
      const isTaken = hasCode(error, "Busy") && !hasBegun;
      if (!isTaken || tries === triesMax) throw error;
      if (tries === 1)
        progress.report(
          `waits for ${currentLease(parts.store, itemId, parts.clock) ?? "another process"} to end`,
        );
      await parts.clock.sleep(pauseMilliseconds, progress.signal);
    }
  }
}
