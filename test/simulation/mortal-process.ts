/**
 * A process that has a home's engine open and can be killed at any call that it makes to the world: of the file
 * system, of the clock, before and after a commit of the store. From then on every call fails, so nothing that it
 * would still do (roll back, give a lease back, write down a failure) gets done; what it held in memory is gone.
 */
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import type { FileSystem } from "../../provider/blocks/file-system.ts";
import type { Clock } from "../../provider/clock.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import type { Random } from "../../provider/random.ts";
import { countedClock, countedFiles } from "./counted-ports.ts";

const ownerOf = new WeakMap<DatabaseSync, MortalProcess>();
let opening: MortalProcess | undefined;

type Execute = (this: DatabaseSync, sql: string) => void;
const execute: Execute = DatabaseSync.prototype.exec;

// The store has no port of its own: its commits are heard where they pass. Nothing here waits for a device.
DatabaseSync.prototype.exec = function exec(this: DatabaseSync, sql: string): void {
  if (opening) ownerOf.set(this, opening);
  const owner = ownerOf.get(this);
  if (owner && sql.startsWith("PRAGMA journal_mode")) execute.call(this, `${sql}; PRAGMA synchronous = OFF`);
  else if (owner && sql.startsWith("PRAGMA synchronous")) return;
  else if (owner && sql === "COMMIT") owner.commit(() => execute.call(this, sql));
  else execute.call(this, sql);
};

/** Turns of the event loop after which nothing of a killed process is under way: opening a disk takes a few. */
const turnsToEnd = 20;

/** What a killed process's calls end with. */
export class Killed extends Error {}

export class MortalProcess {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly #random: Random;
  #engine: Engine | undefined;
  #callsLeft = Number.POSITIVE_INFINITY;
  /** Calls made since it was last told when to die. */
  calls = 0;
  isDead = false;
  #isFrozen = false;
  #freezeAtCall = Number.POSITIVE_INFINITY;
  readonly #frozen = Promise.withResolvers<void>();
  readonly #thawed = Promise.withResolvers<void>();

  private constructor(clock: Clock, random: Random) {
    this.#random = random;
    this.files = countedFiles(this);
    this.clock = countedClock(this, clock);
  }

  static async start(home: string, clock: Clock, random: Random): Promise<MortalProcess> {
    const process = new MortalProcess(clock, random);
    opening = process;
    const opened = openEngine({ home, random, files: process.files, clock: process.clock });
    opening = undefined;
    process.#engine = await opened;
    return process;
  }

  get engine(): Engine {
    return this.#engine!;
  }

  /** False while it is frozen, and once it is dead. */
  get isAwake(): boolean {
    return !this.isDead && !this.#isFrozen;
  }

  /** It will be stopped, as by SIGSTOP, when it next waits after that call from now on. Resolves when it is. */
  freezeAt(call: number): Promise<void> {
    this.#freezeAtCall = call;
    this.calls = 0;
    return this.#frozen.promise;
  }

  /** SIGCONT: it goes on as if no time had passed. */
  thaw(): void {
    this.#freezeAtCall = Number.POSITIVE_INFINITY;
    this.#isFrozen = false;
    this.#thawed.resolve();
  }

  /** It will be killed at that call from now on; without a number it lives on. */
  killAt(call = Number.POSITIVE_INFINITY): void {
    this.#callsLeft = call;
    this.calls = 0;
  }

  commit(work: () => void): void {
    this.call();
    work();
    this.call();
  }

  /**
   * Resolves when what a dead process was in the midst of has failed too. Of a real one nothing goes on; here its disks,
   * which a node process shares, must not be handed to the next one while they are being opened.
   */
  async ended(): Promise<void> {
    if (!this.isDead) return;
    for (let turns = turnsToEnd; turns > 0; turns -= 1) await setImmediate();
  }

  /** A call to the world begins. Throws when the process is dead, or dies now, having done `half` of the call. */
  call(half?: () => void): void {
    this.calls += 1;
    this.#callsLeft -= 1;
    if (!this.isDead && this.#callsLeft > 0) return;
    if (!this.isDead) {
      half?.();
      this.isDead = true;
      // A transaction that is open is undone, as it is when the next process opens the store of a killed one.
      this.#engine?.close();
    }
    throw new Killed("the process was killed");
  }

  /** Others get their turn, for as long as the seed says. */
  async yield(): Promise<void> {
    for (let turns = this.#random.integer(4); turns > 0; turns -= 1) await setImmediate();
    if (this.calls < this.#freezeAtCall) return;
    this.#isFrozen = true;
    this.#frozen.resolve();
    await this.#thawed.promise;
  }
}
