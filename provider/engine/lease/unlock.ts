import { nameOf } from "../../arm-id.ts";
import { addEvent } from "../../store/events.ts";
import { breakLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";

/** Takes a lease away from its process, with an event: that process can change nothing from then on. */
export function unlock({ store, clock }: EngineParts, id: string): void {
  store.transaction(() => {
    const holder = breakLease(store, id);
    if (holder === undefined) return;
    const { purpose, pid, host } = holder;
    addEvent(store, {
      type: "VmHealth",
      code: "LeaseTakenAway",
      severity: "Warning",
      description: `${nameOf(id)}: the lease of ${purpose} was taken away from process ${pid} on ${host}`,
      targetId: id,
      at: clock.now(),
    });
  });
}
