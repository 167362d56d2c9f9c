/**
 * Table `leases`: who works on what. A lease has an epoch, which grows for ever, and an expiry, which its process
 * moves on while it works. Whoever takes a lease over gets a higher epoch, and each write of an item, job or task
 * asks in its own transaction whether the epoch is still the one that this process was given: a process that was
 * stopped and wakes up after a takeover writes nothing.
 */
import { idKey, nameOf } from "../arm-id.ts";
import type { Clock, SharedTime } from "../clock.ts";
import { assert, SiteRecoveryError } from "../errors.ts";
import { describeProcess, lifeOf, processIdentity } from "../process-identity.ts";
import type { Store } from "./open-store.ts";

/** How long a lease lasts that is not renewed, in milliseconds. */
export const leaseMilliseconds = 60_000;
/** How often a process renews the leases that it works under, in milliseconds. */
export const renewalMilliseconds = 15_000;

/** A lease that this process was given. */
export interface Lease {
  /** Higher than that of any lease before it, of any key. */
  readonly epoch: number;
  /** Aborted with `LeaseLost` when another process has taken the lease over. */
  readonly signal: AbortSignal;
  /** Whether it was taken from a process that had not given it back. */
  readonly isTakeover: boolean;
  release(): void;
}

/** A lease as other processes see it. */
export interface LeaseHolder {
  readonly epoch: number;
  readonly purpose: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** When it ends if it is not renewed, in milliseconds since 1970. */
  readonly expiresAt: number;
}

interface Row {
  epoch: number;
  owner: string;
  purpose: string;
  taken_at: number;
  renewed_at: number;
  clock: string;
  renewed_on_clock: number;
  seen_on: string | null;
  seen_at: number | null;
}

interface Held {
  epoch: number;
  /** Whether the epoch survives a power cut: it must before anything outside of the store is marked with it. */
  isDurable: boolean;
  readonly stop: AbortController;
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

function epochName(store: Store, epoch: number): string {
  return `${store.database.location() ?? ""}#${epoch}`;
}

function rowOf(store: Store, key: string): Row | undefined {
  return store.prepare("SELECT * FROM leases WHERE key = ?").get(key) as Row | undefined;
}

/** Whether a lease has ended although it was not given back. */
function isOver(store: Store, row: Row, clock: Clock): boolean {
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
  // Seen from another computer, it counts as at work from now on, for as long as a lease lasts.
  const seen = store.passing(() => noteSeen(store, key, clock));
  if (seen !== undefined) throw busy(id, seen);
  let isTakeover = false;
  const epoch = store.passing(() => {
    const row = rowOf(store, key);
    isTakeover = row !== undefined;
    const mine = held.get(key);
    // Work that lost its lease and has not ended yet would write under the new one.
    if (mine !== undefined && row?.epoch !== mine.epoch) throw lost(id);
    if (row && (mine !== undefined || !isOver(store, row, clock))) throw busy(id, row);
    const time = clock.shared();
    const { lastInsertRowid } = store
      .prepare(
        `INSERT OR REPLACE INTO leases (key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)`,
      )
      .run(key, processIdentity(), purpose, clock.now(), time.clock, time.milliseconds);
    return Number(lastInsertRowid);
  });
  const mine: Held = { epoch, isDurable: false, stop: new AbortController() };
  held.set(key, mine);
  epochsHere.add(epochName(store, epoch));
  const end = clock.every(renewalMilliseconds, () => renewQuietly(store, id, clock));
  return {
    epoch,
    isTakeover,
    signal: mine.stop.signal,
    release: () => {
      end();
      held.delete(key);
      epochsHere.delete(epochName(store, mine.epoch));
      store.passing(() =>
        store.prepare("DELETE FROM leases WHERE key = ? AND epoch = ?").run(key, mine.epoch),
      );
    },
  };
}

/** Keeps with a lease of another computer since when it is seen without a renewal; returns it while it lasts. */
function noteSeen(store: Store, key: string, clock: Clock): Row | undefined {
  const row = rowOf(store, key);
  const time = clock.shared();
  if (row === undefined || heldOf(store).has(key) || isOver(store, row, clock)) return undefined;
  if (row.clock !== time.clock && (row.seen_at === null || row.seen_on !== time.clock)) {
    store
      .prepare("UPDATE leases SET seen_on = ?, seen_at = ? WHERE key = ?")
      .run(time.clock, time.milliseconds, key);
  }
  return row;
}

/** A failure to renew is no loss yet: the next renewal or the next write finds out. */
function renewQuietly(store: Store, id: string, clock: Clock): void {
  try {
    store.passing(() => renew(store, id, clock));
  } catch {
    // Lost: the signal is aborted, and the work's own next step throws.
  }
}

function renew(store: Store, id: string, clock: Clock): void {
  requireLease(store, id);
  const time = clock.shared();
  store
    .prepare(
      `UPDATE leases SET renewed_at = ?, clock = ?, renewed_on_clock = ?, seen_on = NULL, seen_at = NULL
       WHERE key = ?`,
    )
    .run(clock.now(), time.clock, time.milliseconds, idKey(id));
}

/**
 * Renews the lease and makes it durable before something that no transaction can take back: a recovery point, a
 * machine's power. Returns its epoch. Throws `LeaseLost` when another process has taken it over.
 */
export function confirmLease(store: Store, id: string, clock: Clock): number {
  const mine = heldOf(store).get(idKey(id));
  const confirm = (): void => renew(store, id, clock);
  if (mine?.isDurable === true) store.passing(confirm);
  else store.transaction(confirm);
  mine!.isDurable = true;
  return mine!.epoch;
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
  const mine = heldOf(store).get(key);
  store.transaction(() => {
    requireLease(store, id);
    const row = rowOf(store, key)!;
    const epoch = Math.max(above, row.epoch) + 1;
    spendEpoch(store, epoch);
    store.prepare("UPDATE leases SET epoch = ? WHERE key = ?").run(epoch, key);
    epochsHere.delete(epochName(store, mine!.epoch));
    mine!.epoch = epoch;
    epochsHere.add(epochName(store, mine!.epoch));
  });
}

/**
 * Throws `LeaseLost` unless the lease of a thing is this process's own; the caller is within the transaction of the
 * write. A write without a lease is a `Bug`.
 */
export function requireLease(store: Store, id: string): void {
  const key = idKey(id);
  const mine = heldOf(store).get(key);
  assert(mine !== undefined, `${id} is written without its lease`);
  const row = store.prepare("SELECT epoch FROM leases WHERE key = ?").get(key);
  if (row?.["epoch"] === mine.epoch) return;
  const error = lost(id);
  mine.stop.abort(error);
  throw error;
}

/** The lease that this process works under, or `undefined`. */
export function heldLease(store: Store, id: string): Pick<Lease, "epoch" | "signal"> | undefined {
  const mine = heldOf(store).get(idKey(id));
  return mine && { epoch: mine.epoch, signal: mine.stop.signal };
}

/** The lease that a thing is worked on under now, by whichever process, or `undefined`. */
export function leaseOf(store: Store, id: string, clock: Clock): LeaseHolder | undefined {
  const row = rowOf(store, idKey(id));
  return row && !isOver(store, row, clock) ? toHolder(row) : undefined;
}

/** The work under way on a thing, or `undefined`. */
export function currentLease(store: Store, id: string, clock: Clock): string | undefined {
  return leaseOf(store, id, clock)?.purpose;
}

/** Takes a lease away from its process, which can write nothing from then on. Returns it if there was one. */
export function breakLease(store: Store, id: string): LeaseHolder | undefined {
  return store.together(() => {
    const row = rowOf(store, idKey(id));
    // A row of no process, so that the next one knows that this lease was not given back.
    if (row) {
      store
        .prepare(
          `INSERT OR REPLACE INTO leases (key, owner, purpose, taken_at, renewed_at, clock, renewed_on_clock)
           VALUES (?, '', '', 0, 0, '', 0)`,
        )
        .run(idKey(id));
    }
    return row && toHolder(row);
  });
}

function toHolder(row: Row): LeaseHolder {
  const { epoch, purpose } = row;
  const expiresAt = row.renewed_at + leaseMilliseconds;
  return { epoch, purpose, ...describeProcess(row.owner), takenAt: row.taken_at, expiresAt };
}

function busy(id: string, row: Row): SiteRecoveryError {
  const { purpose, host, pid, takenAt, expiresAt } = toHolder(row);
  const since = new Date(takenAt).toISOString();
  const message =
    `${id} is busy: ${purpose} is under way (process ${pid} on ${host} since ${since}). Try again when it has ended. ` +
    `If that process is gone, its lease ends at ${new Date(expiresAt).toISOString()}; ` +
    `\`siterecovery unlock ${nameOf(id)} --force\` ends it at once.`;
  return new SiteRecoveryError("Busy", message, { target: id });
}

function lost(id: string): SiteRecoveryError {
  const message =
    `This process was stopped for too long, and another one has taken over the work on ${nameOf(id)}. ` +
    "It writes nothing more. Look at `siterecovery status` before you run the command again.";
  return new SiteRecoveryError("LeaseLost", message, { target: id });
}
