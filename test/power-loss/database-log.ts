/**
 * What SQLite leaves of an engine's database when the power goes. Its file system cannot be simulated from here, so its
 * promise is taken for what it is: a transaction with `synchronous = FULL` survives with all before it, and any number of
 * the later ones with `NORMAL`. The write-ahead log only grows here, so each of these states is a length of it.
 */
import fs from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Random } from "../../provider/random.ts";

/** Lengths of the write-ahead log in bytes. */
export interface LogLengths {
  /** What must survive. */
  readonly durable: number;
  /** What was written. */
  readonly written: number;
}

let listening: DatabaseLog | undefined;
const execute: (this: DatabaseSync, sql: string) => void = DatabaseSync.prototype.exec;

DatabaseSync.prototype.exec = function exec(this: DatabaseSync, sql: string): void {
  // Only here: no checkpoint moves the log's pages into the file.
  if (sql.startsWith("PRAGMA journal_mode")) execute.call(this, `${sql}; PRAGMA wal_autocheckpoint = 0`);
  else execute.call(this, sql);
  listening?.hear(sql);
};

export class DatabaseLog {
  readonly #file: string;
  #isFull = true;
  #lengths: LogLengths;
  #kept: { readonly file: Buffer; readonly log: Buffer } | undefined;

  private constructor(file: string) {
    this.#file = file;
    const written = fs.statSync(`${file}-wal`).size;
    this.#lengths = { durable: written, written };
  }

  /** Listens to the database of an engine that is open. */
  static of(file: string): DatabaseLog {
    listening = new DatabaseLog(file);
    return listening;
  }

  get lengths(): LogLengths {
    return this.#lengths;
  }

  hear(sql: string): void {
    if (sql === "PRAGMA synchronous = NORMAL") this.#isFull = false;
    else if (sql === "PRAGMA synchronous = FULL") this.#isFull = true;
    else if (sql === "COMMIT") {
      const written = fs.statSync(`${this.#file}-wal`).size;
      this.#lengths = { durable: this.#isFull ? written : this.#lengths.durable, written };
    }
  }

  /** Keeps the file and its log as they are, and listens no more. The engine is still open. */
  keep(): void {
    listening = undefined;
    this.#kept = { file: fs.readFileSync(this.#file), log: fs.readFileSync(`${this.#file}-wal`) };
  }

  /** Puts the database there as the power left it. No engine has it open. */
  putBack({ durable, written }: LogLengths, random: Random | undefined): void {
    const { file, log } = this.#kept!;
    fs.rmSync(`${this.#file}-shm`, { force: true });
    fs.writeFileSync(this.#file, file);
    const more = random === undefined ? 0 : random.integer(written - durable + 1);
    fs.writeFileSync(`${this.#file}-wal`, log.subarray(0, durable + more));
  }
}
