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
import { localFileSystem, makeFolderDurably, makeNameDurable } from "../blocks/file-system.ts";
import { messageOf, SiteRecoveryError } from "../errors.ts";
import { randomUuid, systemRandom } from "../random.ts";
import { noteCatalogChanges } from "./catalog-triggers.ts";
import { takingLock } from "./store-busy.ts";
import { migrations } from "./migrations.ts";
import { said } from "../message.ts";

/** How long a transaction waits for another process's, in milliseconds. */
const lockWaitMilliseconds = 15_000;

export class Store {
  readonly #file: string;
  readonly #lockWaitMilliseconds: number;
  #database: DatabaseSync;
  /** Whether there is no file yet, and an empty database in memory answers in its place. */
  #isWaiting = false;
  readonly #statements = new Map<string, StatementSync>();
  #isInTransaction = false;
  #transactionCount = 0;
  /** What to do when the open transaction is undone. */
  #ifUndone: (() => void)[] = [];

  constructor(file: string, waitMilliseconds: number) {
    this.#file = file;
    this.#lockWaitMilliseconds = waitMilliseconds;
    this.#isWaiting = !fs.existsSync(file);
    this.#database = this.#isWaiting ? openEmpty(file) : openFile(file, waitMilliseconds);
  }

  /** Whether nothing has been written yet, by this process or another one. */
  get isWaiting(): boolean {
    if (this.#isWaiting && fs.existsSync(this.#file)) this.#make();
    return this.#isWaiting;
  }

  /** Changes once, when the file is made. */
  get database(): DatabaseSync {
    if (this.#isWaiting && fs.existsSync(this.#file)) this.#make();
    return this.#database;
  }

  /** Makes the file, or opens the one that another process has made. */
  #make(): void {
    const empty = this.#database;
    const { id } = empty.prepare("SELECT id FROM engine").get() as { id: string };
    this.#database = openFile(this.#file, this.#lockWaitMilliseconds, id);
    this.#isWaiting = false;
    this.#statements.clear();
    empty.close();
  }

  /** A statement, made at its first use: its text is one of a few dozen, and values come as parameters. */
  prepare(sql: string): StatementSync {
    if (this.isWaiting && !/^\s*(SELECT|WITH)\b/i.test(sql)) this.#make();
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * Runs the work in one transaction that excludes other writers; what it throws undoes it all. Throws `Busy` when
   * another process has been in a transaction for too long, as one that was stopped in it.
   */
  transaction<T>(work: () => T): T {
    if (this.isWaiting) this.#make();
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
    if (this.isWaiting) this.#make();
    this.database.exec("PRAGMA synchronous = NORMAL");
    try {
      return this.transaction(work);
    } finally {
      this.database.exec("PRAGMA synchronous = FULL");
    }
  }

  close(): void {
    this.#database.close();
  }
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

/** How many of the migrations a file has; 0 for a new one. */
function versionOf(database: DatabaseSync): number {
  const row = database.prepare("PRAGMA user_version").get() as { user_version: number };
  return row.user_version;
}

function migrate(database: DatabaseSync, file: string): void {
  const version = versionOf(database);
  if (version > migrations.length) {
    const message = said`${file} was written by a newer siterecovery (store version ${version}, this one knows
        ${migrations.length}). Update the siterecovery package.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: file });
  }
  for (const step of migrations.slice(version)) database.exec(step);
  database.exec(`PRAGMA user_version = ${migrations.length}`);
}

function cannotOpen(file: string, error: unknown): SiteRecoveryError {
  if (error instanceof SiteRecoveryError) return error;
  const why = messageOf(error);
  const message = `Cannot open the engine's store ${file}: ${why}. Check that the folder is writable and the file is whole.`;
  return new SiteRecoveryError("IoFailed", message, { target: file, cause: error });
}

/** Like key material, an id never comes from an injected source of chance: two engines of one seed are two engines. */
const newEngineId = (): string => randomUuid(systemRandom);

/** Gives the engine an id if it has none. */
function identify(database: DatabaseSync, engineId: string): void {
  database.prepare("INSERT INTO engine (id) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM engine)").run(engineId);
}

/** Makes or upgrades the file. `engineId` is for a new one. */
function openFile(file: string, waitMilliseconds: number, engineId = newEngineId()): DatabaseSync {
  try {
    if (!fs.existsSync(file)) makeFolderDurably(localFileSystem, path.dirname(file));
    fs.closeSync(fs.openSync(file, "a", 0o600));
    const database = new DatabaseSync(file, { timeout: waitMilliseconds });
    takingLock(file, waitMilliseconds, () =>
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON"),
    );
    const isNew = versionOf(database) === 0;
    takingLock(file, waitMilliseconds, () =>
      inTransaction(database, () => {
        migrate(database, file);
        identify(database, engineId);
      }),
    );
    // A file without content may be what a killed process made; SQLite syncs only names that it makes itself.
    if (isNew) makeNameDurable(localFileSystem, file);
    noteCatalogChanges(database);
    return database;
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

/** The nearest folder that is there must take new files, so that a preview foresees what an update would run into. */
function requireRoomFor(file: string): void {
  let folder = path.dirname(file);
  while (!fs.existsSync(folder)) folder = path.dirname(folder);
  fs.readdirSync(folder);
  fs.accessSync(folder, fs.constants.W_OK | fs.constants.X_OK);
}

/** An empty database in the place of a file that is not made before something is written. */
function openEmpty(file: string): DatabaseSync {
  try {
    requireRoomFor(file);
    const database = new DatabaseSync(":memory:");
    migrate(database, file);
    identify(database, newEngineId());
    database.exec("PRAGMA query_only = ON");
    return database;
  } catch (error) {
    throw cannotOpen(file, error);
  }
}

/**
 * Opens the store of an engine's home, upgrading it. Where there is none it is made by the first write: what only looks,
 * as a preview does, leaves an empty folder empty. The file is for its owner alone. Throws `Busy` when another process
 * keeps it locked for longer than `waitMilliseconds`, and `IoFailed` if it cannot be opened or made.
 */
export function openStore(file: string, waitMilliseconds = lockWaitMilliseconds): Store {
  return new Store(file, waitMilliseconds);
}
