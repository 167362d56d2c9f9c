/**
 * A process server's cache [C-2]: the folder that sealed segments wait in until they are at the target. It is
 * bounded: a batch enters only when there is room for the most that it can write, so reading stops while the target or
 * the line is slower than the machines. Each process has a folder of its own in it, by its identity; what a process
 * that is gone has left is removed by the next one: it was never acknowledged, since a recovery point names only what
 * is at the target.
 */
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import type { Clock } from "../../clock.ts";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { lifeOf, processIdentity } from "../../process-identity.ts";
import { hold, holderOf, isHolding, type Release } from "../../replica/lock-file.ts";
import { said } from "../../message.ts";

/** How often a full cache is looked at again while it is other processes that fill it. */
const lookAgainMilliseconds = 250;

export interface CacheParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly folder: string;
  /** Throws what to do when the folder is gone; absent, it is made. */
  requireFolder?(): void;
  /** Asked each time, so that a change of the settings holds at once. */
  limitBytes(): number;
}

/** Room in a cache that one batch has. */
export interface Place {
  readonly folder: string;
  /** Gives back what the batch did not need. */
  shrinkTo(bytes: number): void;
  /** Gives all of it back; the file is gone from the cache. */
  leave(): void;
}

/** A folder of a process that cannot be tested for life is swept when it was not renewed for longer, in milliseconds. */
export const renewedMilliseconds = 600_000;

/** `host:pid:start:boot:namespace`; of earlier versions without the last two. */
const identityForm = /^[^:]*:\d+:[^:]*(?::[^:]*){0,2}$/;
const ownName = encodeURIComponent(processIdentity());
/** The file that a process renews. */
const aliveName = "alive.lock";

/** What this process holds, by its folder: each folder has one such file, whatever opened it. */
const heldHere = new Map<string, Release>();

export class CacheFolder {
  readonly #parts: CacheParts;
  readonly #own: string;
  /** Bytes that batches of this process have room for. */
  #takenBytes = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting: (() => void)[] = [];

  constructor(parts: CacheParts) {
    this.#parts = parts;
    this.#own = path.join(parts.folder, ownName);
  }

  get takenBytes(): number {
    return this.#takenBytes;
  }

  /** Throws `TargetUnreachable` if the folder is gone; an undeclared one is made when it is needed. */
  requireThere(): void {
    this.#parts.requireFolder?.();
  }

  /** Removes what processes that are gone have left, and makes this one's folder. */
  prepare(): void {
    this.requireThere();
    const { files, folder } = this.#parts;
    files.makeFolder(this.#own);
    this.#showLife();
    for (const name of this.#others()) {
      if (!this.#isAlive(name)) files.remove(path.join(folder, name));
    }
  }

  /** Makes the file that is renewed from now on. */
  #showLife(): void {
    const alivePath = path.join(this.#own, aliveName);
    if (this.#parts.files.exists(alivePath)) return;
    heldHere.get(this.#own)?.();
    heldHere.set(this.#own, hold(this.#parts.files, alivePath, undefined).release);
  }

  /** Whether the process of a folder may still be at work. */
  #isAlive(name: string): boolean {
    const life = lifeOf(decodeURIComponent(name));
    if (life !== "unknown") return life === "alive";
    const { files, folder } = this.#parts;
    const alivePath = path.join(folder, name, aliveName);
    try {
      const holder = holderOf(files, alivePath);
      if (holder !== undefined) return isHolding(files, alivePath, holder, renewedMilliseconds);
    } catch (error) {
      if (!hasCode(error, "Damaged")) throw error;
    }
    // It was killed before it wrote the file, or is of an earlier version: the folder's own time has to do.
    const now = files.facts(path.join(this.#own, aliveName)).modifiedAtNs;
    const changed = files.facts(path.join(folder, name)).modifiedAtNs;
    return now - changed < BigInt(renewedMilliseconds) * 1_000_000n;
  }

  /** Waits, in the order of the calls, until there is room for the bytes, and takes it. */
  async enter(bytes: number, signal: AbortSignal): Promise<Place> {
    const before = this.#turn;
    const turn = before.then(() => this.#waitForRoom(bytes, signal));
    this.#turn = turn.catch(() => undefined);
    await turn;
    return this.#placeOf(bytes);
  }

  async #waitForRoom(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    while (this.#takenBytes + this.#bytesOfOthers() + bytes > this.#limitFor(bytes)) {
      if (this.#takenBytes === 0) await this.#parts.clock.sleep(lookAgainMilliseconds, signal);
      else await this.#nextLeave(signal);
    }
    this.#takenBytes += bytes;
  }

  #limitFor(bytes: number): number {
    const limit = this.#parts.limitBytes();
    if (bytes <= limit) return limit;
    const message = said`The cache ${this.#parts.folder} may hold ${limit} bytes, and one piece of work needs ${bytes}.
        Set a larger cacheLimitMebibytes of its process server.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "cacheLimitMebibytes" });
  }

  #nextLeave(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      });
    });
  }

  #placeOf(bytes: number): Place {
    let held = bytes;
    const giveBack = (count: number): void => {
      held -= count;
      this.#takenBytes -= count;
      for (const wake of this.#waiting.splice(0)) wake();
    };
    return {
      folder: this.#own,
      shrinkTo: (wanted) => giveBack(Math.max(0, held - wanted)),
      leave: () => giveBack(held),
    };
  }

  /** Folders of other processes. */
  #others(): string[] {
    const { files, folder } = this.#parts;
    return files.list(folder).filter((name) => name !== ownName && isProcessFolder(name));
  }

  #bytesOfOthers(): number {
    const { files, folder } = this.#parts;
    let sum = 0;
    for (const other of this.#others()) {
      if (!this.#isAlive(other)) continue;
      for (const name of files.list(path.join(folder, other)))
        sum += sizeOf(files, path.join(folder, other, name));
    }
    return sum;
  }
}

/** A cache may be in a folder of the user's, beside files that have nothing to do with it. */
function isProcessFolder(name: string): boolean {
  try {
    return identityForm.test(decodeURIComponent(name));
  } catch {
    return false;
  }
}

function sizeOf(files: FileSystem, filePath: string): number {
  try {
    const file = files.open(filePath, "read");
    try {
      return file.size().sizeBytes;
    } finally {
      file.close();
    }
  } catch (error) {
    // Its process has moved it to the target in between.
    if (hasCode(error, "NotFound")) return 0;
    throw error;
  }
}
