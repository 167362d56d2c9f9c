/**
 * Work under a lease, and what asks for it. Every step of the work knows the leases that it was begun under, whichever
 * way it was called: so what no transaction can take back asks right before it, without being handed a lease.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../clock.ts";
import type { MachineDriver } from "../machines/machine-driver.ts";
import { confirmLease, heldLease, takeLease } from "../store/leases.ts";
import type { Store } from "../store/open-store.ts";
import type { Progress } from "./job/job-definition.ts";

export interface LeaseParts {
  readonly store: Store;
  readonly clock: Clock;
}

/** The ids whose leases the work of the moment was begun under. */
const scope = new AsyncLocalStorage<readonly string[]>();

/** Runs the work under the lease of a thing. Throws `Busy` when another process works on it. */
export async function underLease<T>(
  { store, clock }: LeaseParts,
  id: string,
  purpose: string,
  work: () => Promise<T>,
): Promise<T> {
  const lease = takeLease(store, id, purpose, clock);
  try {
    return await scope.run([...(scope.getStore() ?? []), id], work);
  } finally {
    lease.release();
  }
}

/**
 * Renews the leases of the work of the moment, durably, and returns the highest of their epochs; `undefined` for work
 * that needs no lease. Throws `LeaseLost` when another process has taken one over.
 */
export function confirmLeases({ store, clock }: LeaseParts): number | undefined {
  const epochs = (scope.getStore() ?? []).map((id) => confirmLease(store, id, clock));
  return epochs.length === 0 ? undefined : Math.max(...epochs);
}

/** The progress of work under leases, which is aborted with `LeaseLost` when one of them is lost. */
export function stoppedWithLease({ store }: Pick<LeaseParts, "store">, progress: Progress): Progress {
  const signals = (scope.getStore() ?? []).flatMap((id) => heldLease(store, id)?.signal ?? []);
  if (progress.signal) signals.push(progress.signal);
  return { report: (line) => progress.report(line), signal: AbortSignal.any(signals) };
}

/** Machines whose power, definition and folder change only while the leases of the work are held. */
export function leasedMachines(machines: MachineDriver, parts: LeaseParts): MachineDriver {
  const confirmed =
    <Given extends unknown[]>(change: (...given: Given) => void) =>
    (...given: Given): void => {
      confirmLeases(parts);
      change(...given);
    };
  return {
    ...machines,
    start: confirmed((folder) => machines.start(folder)),
    shutDown: confirmed((folder) => machines.shutDown(folder)),
    define: confirmed((folder, definition) => machines.define(folder, definition)),
    installMobilityService: confirmed((folder) => machines.installMobilityService(folder)),
    setMark: confirmed((folder, mark) => machines.setMark(folder, mark)),
    remove: confirmed((folder) => machines.remove(folder)),
  };
}
