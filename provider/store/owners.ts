/**
 * Table `owners`: which resource of which stack a thing belongs to, and which of the thing's settings are secret. The
 * row stays for the latter when the owner goes, and goes with the thing.
 */
import { idKey } from "../arm-id.ts";
import type { Store } from "./open-store.ts";

export interface OwnerRow {
  /** The resource's URN, which names its stack and project. */
  readonly urn: string;
  /** What the resource's state holds to be known again, whatever its URN becomes; absent for states without it. */
  readonly mark?: string;
  readonly claimedAt: number;
  /** When the creation ended, in milliseconds since 1970; absent while it is under way or was cut short. */
  readonly madeAt?: number;
  /**
   * Paths of the arguments that are secret in the owner's program, such as `tags.note`. Their values are in the settings.
   * Absent if no call has said which they are, as in rows of earlier versions.
   */
  readonly secretPaths?: readonly string[];
}

/** What is known of which settings are secret: their paths, or that an earlier version did not note them. */
export type NotedSecrets = readonly string[] | "unknown";

interface Row {
  urn: string | null;
  mark: string | null;
  claimed_at: number;
  made_at: number | null;
  secret_paths: string | null;
}

function toOwner(row: Row): OwnerRow | undefined {
  if (row.urn === null) return undefined;
  return {
    urn: row.urn,
    claimedAt: row.claimed_at,
    ...(row.mark === null ? {} : { mark: row.mark }),
    ...(row.made_at === null ? {} : { madeAt: row.made_at }),
    ...(row.secret_paths === null ? {} : { secretPaths: JSON.parse(row.secret_paths) as string[] }),
  };
}

/** The owner of a thing, or `undefined` if no stack owns it. */
export function findOwner(store: Store, id: string): OwnerRow | undefined {
  const row = store.prepare("SELECT * FROM owners WHERE key = ?").get(idKey(id));
  return row && toOwner(row as unknown as Row);
}

/** Which settings of a thing are secret, whether or not a stack owns it; `undefined` if no call has ever said. */
export function findSecretPaths(store: Store, id: string): NotedSecrets | undefined {
  const row = store.prepare("SELECT secret_paths FROM owners WHERE key = ?").get(idKey(id)) as
    Pick<Row, "secret_paths"> | undefined;
  if (row === undefined) return undefined;
  return row.secret_paths === null ? "unknown" : (JSON.parse(row.secret_paths) as string[]);
}

/** Writes the owner of a thing in place of any other. */
export function putOwner(store: Store, id: string, owner: OwnerRow): void {
  const { urn, mark, claimedAt, madeAt, secretPaths } = owner;
  const secret = secretPaths === undefined ? null : JSON.stringify(secretPaths);
  store
    .prepare(
      `INSERT INTO owners (key, urn, mark, claimed_at, made_at, secret_paths) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (key) DO UPDATE SET urn = ?2, mark = ?3, claimed_at = ?4, made_at = ?5,
         secret_paths = ?6`,
    )
    .run(idKey(id), urn, mark ?? null, claimedAt, madeAt ?? null, secret);
}

/** The settings of each thing that has secret arguments, and the paths of these. */
export function listSecretSettings(
  store: Store,
): { paths: readonly string[]; settings: Record<string, unknown> }[] {
  const rows = store
    .prepare(
      `SELECT inputs, secret_paths FROM things JOIN owners USING (key)
       WHERE secret_paths IS NOT NULL AND secret_paths <> '[]'`,
    )
    .all() as { inputs: string; secret_paths: string }[];
  return rows.map(({ inputs, secret_paths: paths }) => ({
    paths: JSON.parse(paths) as string[],
    settings: JSON.parse(inputs) as Record<string, unknown>,
  }));
}

/** Takes the owner away. Which settings are secret is still known: they are in force until the thing is written again. */
export function leaveOwnerless(store: Store, id: string): void {
  store.prepare("UPDATE owners SET urn = NULL, mark = NULL, made_at = NULL WHERE key = ?").run(idKey(id));
}

/** Removes all that is known of an owner and of secrets, as for a thing that is no more. */
export function deleteOwner(store: Store, id: string): void {
  store.prepare("DELETE FROM owners WHERE key = ?").run(idKey(id));
}
