/**
 * Work under a lease, and what asks for it. Every step of the work knows the leases that it was begun under, whichever
 * way it was called: so what no transaction can take back asks right before it, without being handed a lease.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { FileSystem } from "../../blocks/file-system.ts";
import type { Clock } from "../../clock.ts";
import { engineIdOf } from "../../store/engine-id.ts";
import {
  confirmLease,
  heldLease,
  type Lease,
  raiseLease,
  requireLease,
  takeLease,
} from "../../store/leases.ts";
import type { Store } from "../../store/open-store.ts";
import type { WriterFence } from "../../replica/writer-fence.ts";
import type { Progress } from "../../progress.ts";
import type { SnapshotWriter } from "../../ports/snapshots.ts";

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
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = takeLease(store, id, purpose, clock);
  try {
    return await scope.run([...(scope.getStore() ?? []), id], () => work(lease));
  } finally {
    lease.release();
  }
}

/**
 * Renews the leases of the work of the moment and returns the highest of their epochs; `undefined` for work that needs no
 * lease. `beside` is written durably in the same transaction. Throws `LeaseLost` when another process has taken one over.
 */
export function confirmLeases({ store, clock }: LeaseParts, beside?: () => void): number | undefined {
  const ids = scope.getStore() ?? [];
  if (ids.length === 0 && beside === undefined) return undefined;
  const confirm = (): number[] => {
    const confirmed = ids.map((id) => confirmLease(store, id, clock));
    beside?.();
    return confirmed;
  };
  const epochs = beside === undefined ? store.passing(confirm) : store.transaction(confirm);
  return epochs.length === 0 ? undefined : Math.max(...epochs);
}

/** The highest epoch of the leases of the work of the moment, as this process knows them; `undefined` without one. */
function epochOf(store: Store): number | undefined {
  const epochs = (scope.getStore() ?? []).map((id) => {
    const lease = heldLease(store, id);
    lease?.signal.throwIfAborted();
    return lease?.epoch ?? 0;
  });
  return epochs.length === 0 ? undefined : Math.max(...epochs);
}

/** Throws `LeaseLost` when another process has taken a lease of the work of the moment over. For use in a transaction. */
export function requireLeases(store: Store): void {
  for (const id of scope.getStore() ?? []) requireLease(store, id);
}

/** The leases of the work of the moment, for the targets that it writes to. */
export function fenceOf(parts: LeaseParts): WriterFence {
  return {
    get engineId() {
      return engineIdOf(parts.store);
    },
    epoch: () => epochOf(parts.store),
    confirm: (beside) => confirmLeases(parts, beside),
    raise: (above) => {
      for (const id of scope.getStore() ?? []) raiseLease(parts.store, id, above);
    },
  };
}

/** The lease of the work of the moment, for what it marks as its own; empty for work without one. */
export function writerOf({
  store,
  engineId,
}: Pick<LeaseParts, "store"> & { engineId: string }): SnapshotWriter | undefined {
  const epoch = epochOf(store);
  return epoch === undefined ? undefined : { engineId, epoch };
}

/** The progress of work under leases, which is aborted with `LeaseLost` when one of them is lost. */
export function stoppedWithLease({ store }: Pick<LeaseParts, "store">, progress: Progress): Progress {
  const signals = (scope.getStore() ?? []).flatMap((id) => heldLease(store, id)?.signal ?? []);
  if (progress.signal) signals.push(progress.signal);
  return { report: (line, detail) => progress.report(line, detail), signal: AbortSignal.any(signals) };
}

/**
 * Files that get their names, and lose them, only while the leases of the work are held. It is asked right before the
 * call itself: a process may be stopped anywhere.
 */
export function leasedFiles(files: FileSystem, parts: LeaseParts): FileSystem {
  return {
    ...files,
    rename: (from, to) => {
      confirmLeases(parts);
      files.rename(from, to);
    },
    remove: (filePath) => {
      confirmLeases(parts);
      files.remove(filePath);
    },
  };
}
