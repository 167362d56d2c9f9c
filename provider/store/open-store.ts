/**
 * What survives a crash: one SQLite file in the engine's home with settings, item states, jobs and leases. It
 * holds metadata only, never disk content and never a key. This folder has one file of queries a table.
 *
 * Several processes may use it at once (`pulumi up` beside the CLI). The write-ahead log with
 * `synchronous = FULL` makes every finished transaction survive `kill -9` and a power cut.
 */
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { noteCatalogChanges } from "./catalog-triggers.ts";
import { takingLock } from "./store-busy.ts";
import { migrations } from "./migrations.ts";
import { said } from "../message.ts";

/** How long a transaction waits for another process's, in milliseconds. */
const lockWaitMilliseconds = 15_000;

export class Store {
  readonly database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #isInTransaction = false;
  #transactionCount = 0;
  /** What to do when the open transaction is undone. */
  #ifUndone: (() => void)[] = [];

  readonly #lockWaitMilliseconds: number;

  constructor(database: DatabaseSync, waitMilliseconds = lockWaitMilliseconds) {
    this.database = database;
    this.#lockWaitMilliseconds = waitMilliseconds;
  }

  /** A statement, made at its first use: its text is one of a few dozen, and values come as parameters. */
  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * Runs the work in one transaction that excludes other writers; what it throws undoes it all. Throws `Busy` when
   * another process has been in a transaction for too long, as one that was stopped in it.
   */
  transaction<T>(work: () => T): T {
    takingLock(this.database.location() ?? "", this.#lockWaitMilliseconds, () =>
      this.database.exec("BEGIN IMMEDIATE"),
    );
    this.#isInTransaction = true;
    this.#transactionCount += 1;
    this.#ifUndone = [];
    try {
      const result = work();
      this.database.exec("COMMIT");
      return result;
    } catch (error) {
      this.database.exec("ROLLBACK");
      for (const undo of this.#ifUndone) undo();
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** A number that each transaction of this store has for itself; `undefined` outside of one. */
  get openTransaction(): number | undefined {
    return this.#isInTransaction ? this.#transactionCount : undefined;
  }

  /** Calls the work if the transaction that is open now is undone: for what is remembered of it outside of SQLite. */
  ifUndone(work: () => void): void {
    if (this.#isInTransaction) this.#ifUndone.push(work);
  }

  /** Runs the work in the transaction that is open, or in one of its own: what it reads and writes is one step. */
  together<T>(work: () => T): T {
    return this.#isInTransaction ? work() : this.transaction(work);
  }

  /**
   * As `transaction`, for what is of no use after a power cut: who works on what, how far a copy is. It survives
   * `kill -9` and is seen by other processes, and does not wait for the disk; the next transaction takes it along.
   */
  passing<T>(work: () => T): T {
    this.database.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.transaction(work);
    } finally {
      this.database.exec("PRAGMA synchronous = FULL");
    }
  }

  close(): void {
    this.database.close();
  }
}

function migrate(store: Store, file: string): void {
  store.transaction(() => {
    const row = store.database.prepare("PRAGMA user_version").get() as { user_version: number };
    if (row.user_version > migrations.length) {
      const message = said`${file} was written by a newer siterecovery (store version ${row.user_version}, this one knows
          ${migrations.length}). Update the siterecovery package.`;
      throw new SiteRecoveryError("InvalidInput", message, { target: file });
    }
    for (const step of migrations.slice(row.user_version)) store.database.exec(step);
    store.database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/**
 * Opens the store of an engine's home, making or upgrading it. The file is for its owner alone. Throws `Busy` when another
 * process keeps it locked for longer than `waitMilliseconds`.
 */
export function openStore(file: string, waitMilliseconds = lockWaitMilliseconds): Store {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.closeSync(fs.openSync(file, "a", 0o600));
    const database = new DatabaseSync(file, { timeout: waitMilliseconds });
    takingLock(file, waitMilliseconds, () =>
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"),
    );
    const store = new Store(database, waitMilliseconds);
    migrate(store, file);
    noteCatalogChanges(database);
    return store;
  } catch (error) {
    if (error instanceof SiteRecoveryError) throw error;
    const why = messageOf(error);
    const message = `Cannot open the engine's store ${file}: ${why}. Check that the folder is writable and the file is whole.`;
    throw new SiteRecoveryError("IoFailed", message, { target: file, cause: error });
  }
}
