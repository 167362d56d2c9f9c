/**
 * Work while the applications of machines hold still. A machine is marked as frozen before its freeze begins, and
 * the mark goes when it is thawed: whatever dies in between, the next action on the machine thaws it first.
 */
import { hasHooks } from "../../machines/machine-hooks.ts";
import type { Machine } from "../../machines/machine-driver.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachine } from "../inventory/find-machine.ts";
import { fabricOf } from "../inventory/inventories.ts";
import { requireItem } from "../job/run-job.ts";

export interface Freezable {
  readonly itemId: string;
  readonly machine: Machine;
}

export interface Frozen<T> {
  readonly result: T;
  /** By item id: why a machine did not hold still for all of the work. */
  readonly failures: ReadonlyMap<string, string>;
}

function mark(parts: EngineParts, itemId: string, frozenAt: number | undefined): void {
  const item = requireItem(parts, itemId);
  const { frozenAt: _former, ...details } = item.details;
  putItem(parts.store, { ...item, details: { ...details, ...(frozenAt === undefined ? {} : { frozenAt }) } });
}

/** The caller holds the leases. What fails is told and does not keep the work from being done. */
export async function whileFrozen<T>(
  parts: EngineParts,
  machines: readonly Freezable[],
  work: () => Promise<T>,
): Promise<Frozen<T>> {
  const failures = new Map<string, string>();
  const note = (itemId: string, failure: string | undefined): void => {
    if (failure !== undefined && !failures.has(itemId)) failures.set(itemId, failure);
  };
  const thawOnce = machines.map(({ itemId, machine }) => {
    let thawed: Promise<void> | undefined;
    return (): Promise<void> =>
      (thawed ??= parts.hooks.thaw(machine).then((failure) => {
        note(itemId, failure && `it could not be thawed: ${failure}`);
        // A machine that is still frozen stays marked, so that the next action tries again.
        if (failure === undefined) mark(parts, itemId, undefined);
      }));
  });
  const timer = new AbortController();
  for (const { itemId } of machines) mark(parts, itemId, parts.clock.now());
  const late = machines.map(({ itemId, machine }, index) =>
    parts.clock
      .sleep(parts.hooks.timeoutOf(machine), timer.signal)
      .then(() => {
        note(itemId, `it was frozen for longer than ${parts.hooks.timeoutOf(machine) / 1000} s`);
        return thawOnce[index]!();
      })
      .catch(() => undefined),
  );
  try {
    await Promise.all(
      machines.map(async ({ itemId, machine }) => note(itemId, await parts.hooks.freeze(machine))),
    );
    return { result: await work(), failures };
  } finally {
    timer.abort();
    await Promise.all(thawOnce.map((thaw) => thaw()));
    await Promise.all(late);
  }
}

/** Thaws a machine whose engine died while it was frozen. The caller holds the item's lease. */
export async function thawLeftFrozen(parts: EngineParts, itemId: string): Promise<void> {
  const item = requireItem(parts, itemId);
  if (item.details.frozenAt === undefined) return;
  const found = findMachine(parts, fabricOf(itemId), item.details.machineName);
  if (found && hasHooks(found.machine)) await parts.hooks.thaw(found.machine);
  mark(parts, itemId, undefined);
}
