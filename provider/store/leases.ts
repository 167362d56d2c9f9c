/**
 * Table `leases`: who works on what. A lease has an epoch, which grows for ever, and an expiry, which its process
 * moves on while it works. A process that takes a lease over gets a higher epoch, and each write of an item, job or task
 * asks in its own transaction whether the epoch is still the one that this process was given: a process that was
 * stopped and wakes up after a takeover writes nothing.
 */
import type { ProtectedItem } from "../model/item.ts";
import { idKey } from "../arm-id.ts";
import type { Clock, SharedTime } from "../clock.ts";
import type { SiteRecoveryError } from "../errors.ts";
import { assert } from "../errors.ts";
import { lifeOf, processIdentity } from "../process-identity.ts";
import { busy, holderOf, type LeaseHolder, leaseMilliseconds, type LeaseRow, lost } from "./lease-row.ts";
import type { Store } from "./open-store.ts";

/** How often a process renews the leases that it works under, in milliseconds. */
export const renewalMilliseconds = 15_000;

/** A lease that this process was given. */
export interface Lease {
  /** Higher than the epoch of any earlier lease, of any key. */
  readonly epoch: number;
  /** Aborted with `LeaseLost` when another process has taken the lease over. */
  readonly signal: AbortSignal;
  /** Whether it was taken from a process that had not given it back. */
  readonly isTakeover: boolean;
  release(): void;
}

interface Held {
  epoch: number;
  readonly stop: AbortController;
  /** The transaction that has asked for the epoch: it keeps other writers out until its end. */
  askedIn?: number | undefined;
  /** Whether it was given back in the transaction of the work's last write. */
  isGivenBack: boolean;
  item?: ProtectedItem | undefined;
}

/** The leases that this process works under, by store and key. One that was lost counts until its work has ended. */
const heldIn = new WeakMap<Store, Map<string, Held>>();
/** Their epochs, by the file of the store: a process may have one store open several times. */
const epochsHere = new Set<string>();

function heldOf(store: Store): Map<string, Held> {
  const known = heldIn.get(store) ?? new Map<string, Held>();
  heldIn.set(store, known);
  return known;
}

/** The lease that this process works under and has not given back. */
function workingIn(held: ReadonlyMap<string, Held>, key: string): Held | undefined {
  const mine = held.get(key);
  return mine?.isGivenBack === true ? undefined : mine;
}

function epochName(store: Store, epoch: number): string {
  return `${store.database.location() ?? ""}#${epoch}`;
}

function rowOf(store: Store, key: string): LeaseRow | undefined {
  return store.prepare("SELECT * FROM leases WHERE key = ?").get(key) as LeaseRow | undefined;
}

/** Whether a lease has ended although it was not given back. */
function isOver(store: Store, row: LeaseRow, clock: Clock): boolean {
  if (row.owner === processIdentity()) return !epochsHere.has(epochName(store, row.epoch));
  const life = lifeOf(row.owner);
  if (life === "dead") return true;
  const time = clock.shared();
  // An earlier version renews nothing: while its process lives, it works.
  if (row.clock === "" && row.renewed_on_clock < 0 && life === "alive") return false;
  if (row.clock !== "" && row.clock === time.clock) return hasPassed(row.renewed_on_clock, time);
  // Another computer's clock: by the wall clock, or by what this computer's clock says since it was first seen like
  // this. So a wall clock that was set back keeps no lease for ever.
  if (clock.now() - row.renewed_at >= leaseMilliseconds) return true;
  return row.seen_at !== null && row.seen_on === time.clock && hasPassed(row.seen_at, time);
}

function hasPassed(since: number, { milliseconds }: SharedTime): boolean {
  return milliseconds - since >= leaseMilliseconds;
}

/**
 * Takes the lease of a thing and renews it until it is released. Throws `Busy`, naming the work and the process that
 * is under way.
 */
export function takeLease(store: Store, id: string, purpose: string, clock: Clock): Lease {
  const key = idKey(id);
  const held = heldOf(store);
  // Durable, since things outside of the store are marked with the epoch: it may not be given out a second time.
  const taken = store.transaction(() => {
    const row = rowOf(store, key);
    const mine = workingIn(held, key);
    // Work that lost its lease and has not ended yet would write under the new one.
    if (mine !== undefined && row?.epoch !== mine.epoch) throw lost(id);
    if (row && (mine !== undefined || !isOver(store, row, clock))) {
      if (mine === undefined) noteSeen(store, key, row, clock);
      return { busy: row };
    }
    const time = clock.shared();
    const { lastInsertRowid } = store
      .prepare(
        `INSERT OR REPLACE INTO leases (key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)`,
      )
      .run(key, processIdentity(), purpose, clock.now(), time.clock, time.milliseconds);
    return { epoch: Number(lastInsertRowid), isTakeover: row !== undefined };
  });
  if (taken.busy !== undefined) throw busy(id, taken.busy);
  const { epoch, isTakeover } = taken;
  const mine: Held = { epoch, isGivenBack: false, stop: new AbortController() };
  held.set(key, mine);
  epochsHere.add(epochName(store, epoch));
  const end = clock.every(renewalMilliseconds, () => renewQuietly(store, id, clock));
  return {
    epoch,
    isTakeover,
    signal: mine.stop.signal,
    release: () => {
      end();
      if (held.get(key) === mine) held.delete(key);
      epochsHere.delete(epochName(store, mine.epoch));
      if (mine.isGivenBack) return;
      store.passing(() =>
        store.prepare("DELETE FROM leases WHERE key = ? AND epoch = ?").run(key, mine.epoch),
      );
    },
  };
}

/** Keeps with a lease of another computer since when it is seen without a renewal: it lasts as long from then on. */
function noteSeen(store: Store, key: string, row: LeaseRow, clock: Clock): void {
  const time = clock.shared();
  if (row.clock === time.clock || (row.seen_at !== null && row.seen_on === time.clock)) return;
  store
    .prepare("UPDATE leases SET seen_on = ?, seen_at = ? WHERE key = ?")
    .run(time.clock, time.milliseconds, key);
}

/** A failure to renew is no loss yet: the next renewal or the next write finds out. */
function renewQuietly(store: Store, id: string, clock: Clock): void {
  if (!workingIn(heldOf(store), idKey(id))) return;
  try {
    store.passing(() => confirmLease(store, id, clock));
  } catch {
    // Lost: the signal is aborted, and the work's own next step throws.
  }
}

/**
 * Renews the lease in the transaction that is open, before something that no transaction can take back: a recovery
 * point, a machine's power. Returns its epoch. Throws `LeaseLost` when another process has taken it over.
 */
export function confirmLease(store: Store, id: string, clock: Clock): number {
  const key = idKey(id);
  const mine = mineOf(store, id);
  const time = clock.shared();
  const { changes } = store
    .prepare(
      `UPDATE leases SET renewed_at = ?, clock = ?, renewed_on_clock = ?, seen_on = NULL, seen_at = NULL
       WHERE key = ? AND epoch = ?`,
    )
    .run(clock.now(), time.clock, time.milliseconds, key, mine.epoch);
  if (changes === 0) throw lose(mine, id);
  mine.askedIn = store.openTransaction;
  return mine.epoch;
}

/**
 * Gives the lease back in the transaction of the work's last write, which saves one of its own. Nothing may be written
 * under it afterwards. Throws `LeaseLost` when another process has taken it over.
 */
export function giveLeaseBack(store: Store, id: string): void {
  const mine = mineOf(store, id);
  const { changes } = store
    .prepare("DELETE FROM leases WHERE key = ? AND epoch = ?")
    .run(idKey(id), mine.epoch);
  if (changes === 0) throw lose(mine, id);
  mine.askedIn = undefined;
  mine.isGivenBack = true;
  store.ifUndone(() => (mine.isGivenBack = false));
}

/** How many epochs an engine that was lost may have given out since the last one that is known of it. */
const unknownEpochsMax = 1_000_000;

/** Lets all leases of a rebuilt store have epochs above those that the lost engine gave out, as far as they are known. */
export function continueEpochs(store: Store, known: number): void {
  spendEpoch(store, known + unknownEpochsMax);
}

/** Uses an epoch up, so that no later lease is given one below it. The caller is in a transaction. */
function spendEpoch(store: Store, epoch: number): void {
  store
    .prepare(
      "INSERT INTO leases (epoch, key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock) VALUES (?, '', '', '', 0, 0, '', 0)",
    )
    .run(epoch);
  store.prepare("DELETE FROM leases WHERE epoch = ?").run(epoch);
}

/** Gives the lease of this process an epoch above another one, which a copy of this database may have given out. */
export function raiseLease(store: Store, id: string, above: number): void {
  const key = idKey(id);
  const mine = mineOf(store, id);
  store.transaction(() => {
    requireLease(store, id);
    const row = rowOf(store, key)!;
    const epoch = Math.max(above, row.epoch) + 1;
    spendEpoch(store, epoch);
    store.prepare("UPDATE leases SET epoch = ? WHERE key = ?").run(epoch, key);
    epochsHere.delete(epochName(store, mine.epoch));
    mine.epoch = epoch;
    epochsHere.add(epochName(store, mine.epoch));
  });
}

/**
 * Throws `LeaseLost` unless the lease of a thing is this process's own; the caller is within the transaction of the
 * write, which asks once: no other process writes before its end. A write without a lease is a `Bug`.
 */
export function requireLease(store: Store, id: string): void {
  const mine = mineOf(store, id);
  if (mine.askedIn !== undefined && mine.askedIn === store.openTransaction) return;
  const row = store.prepare("SELECT epoch FROM leases WHERE key = ?").get(idKey(id));
  if (row?.["epoch"] !== mine.epoch) throw lose(mine, id);
  mine.askedIn = store.openTransaction;
}

function mineOf(store: Store, id: string): Held {
  const mine = workingIn(heldOf(store), idKey(id));
  assert(mine !== undefined, `${id} is written without its lease`);
  return mine;
}

/** Ends the work under a lease that is another process's now. */
function lose(mine: Held, id: string): SiteRecoveryError {
  const error = lost(id);
  mine.stop.abort(error);
  return error;
}

/**
 * Room for the item of a lease that this process works under, or `undefined`: no other process may write it meanwhile, so
 * that it is read once. It is gone with the lease.
 */
export function roomForItem(store: Store, id: string): { item?: ProtectedItem | undefined } | undefined {
  const mine = workingIn(heldOf(store), idKey(id));
  return mine?.stop.signal.aborted === true ? undefined : mine;
}

/** The lease that this process works under, or `undefined`. */
export function heldLease(store: Store, id: string): Pick<Lease, "epoch" | "signal"> | undefined {
  const mine = workingIn(heldOf(store), idKey(id));
  return mine && { epoch: mine.epoch, signal: mine.stop.signal };
}

/** The lease that a thing is worked on under now, by whichever process, or `undefined`. */
export function leaseOf(store: Store, id: string, clock: Clock): LeaseHolder | undefined {
  const row = rowOf(store, idKey(id));
  return row && !isOver(store, row, clock) ? holderOf(row) : undefined;
}

/** The work under way on a thing, or `undefined`. */
export function currentLease(store: Store, id: string, clock: Clock): string | undefined {
  return leaseOf(store, id, clock)?.purpose;
}

/** Takes a lease away from its process, which can write nothing from then on. Returns it if there was one. */
export function breakLease(store: Store, id: string): LeaseHolder | undefined {
  return store.together(() => {
    const row = rowOf(store, idKey(id));
    const mine = heldOf(store).get(idKey(id));
    if (mine) mine.askedIn = undefined;
    // A row of no process, so that the next one knows that this lease was not given back.
    if (row) {
      store
        .prepare(
          `INSERT OR REPLACE INTO leases (key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock)
           VALUES (?, '', '', 0, 0, '', 0)`,
        )
        .run(idKey(id));
    }
    return row && holderOf(row);
  });
}
