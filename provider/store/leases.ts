/**
 * Table `leases`: who works on what. One process works on a thing at a time; a lease whose process is gone is
 * taken over at once, so that after `kill -9` the next run goes on without waiting.
 */
import { idKey } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { isAlive, processIdentity } from "../process-identity.ts";
import type { Store } from "./open-store.ts";

interface LeaseRow {
  owner: string;
  purpose: string;
}

/** Leases of this process that are in use: the table tells processes apart, this set tells calls apart. */
const heldHere = new Set<string>();

/** Takes the lease of a thing. Throws `Busy`, naming the work that is under way. Returns what gives it back. */
export function takeLease(store: Store, id: string, purpose: string, now: number): () => void {
  const key = idKey(id);
  const owner = processIdentity();
  // Whoever has a lease does not outlive a power cut.
  store.passing(() => {
    const row = store.prepare("SELECT owner, purpose FROM leases WHERE key = ?").get(key) as
      LeaseRow | undefined;
    const busy = row && (row.owner === owner ? heldHere.has(leaseName(store, key)) : isAlive(row.owner));
    if (row && busy) {
      const message = `${id} is busy: ${row.purpose} is under way (process ${row.owner.split(":")[1]}). Try again when it has ended.`;
      throw new SiteRecoveryError("Busy", message, { target: id });
    }
    store
      .prepare("INSERT OR REPLACE INTO leases (key, owner, purpose, taken_at) VALUES (?, ?, ?, ?)")
      .run(key, owner, purpose, now);
  });
  heldHere.add(leaseName(store, key));
  return () => {
    heldHere.delete(leaseName(store, key));
    store.passing(() => store.prepare("DELETE FROM leases WHERE key = ? AND owner = ?").run(key, owner));
  };
}

/** The work under way on a thing, if its process lives. */
export function currentLease(store: Store, id: string): string | undefined {
  const row = store.prepare("SELECT owner, purpose FROM leases WHERE key = ?").get(idKey(id)) as
    LeaseRow | undefined;
  return row && isAlive(row.owner) ? row.purpose : undefined;
}

function leaseName(store: Store, key: string): string {
  return `${store.database.location() ?? ""}#${key}`;
}
