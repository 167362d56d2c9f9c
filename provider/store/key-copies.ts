/** Table `key_copies`: of which keys a copy was made, by fingerprint. It never holds a key. */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

/** Remembers that a copy of a holder's key was made. */
export function putKeyCopy(store: Store, holderId: string, fingerprint: string, now: number): void {
  store
    .prepare("INSERT OR REPLACE INTO key_copies (holder_key, fingerprint, copied_at) VALUES (?, ?, ?)")
    .run(idKey(holderId), fingerprint, now);
}

/** The fingerprint of the key of a holder that was copied last; `undefined` if none was. */
export function copiedKeyOf(store: Store, holderId: string): string | undefined {
  const row = store.prepare("SELECT fingerprint FROM key_copies WHERE holder_key = ?").get(idKey(holderId));
  return (row as { fingerprint: string } | undefined)?.fingerprint;
}
