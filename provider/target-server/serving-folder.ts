/**
 * What a server keeps beside the stores of its folder, under names that no store can have: `.serving` has its lock, bodies
 * that are still coming, and a receipt for each put; `.kept` has what clients replaced that may not delete.
 */
import path from "node:path";
import { type FileSystem, makeFolderDurably, type OpenFile } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import { hasCode, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/** No client repeats a put for longer; see `objectBytesMax` and the slowest line in the drivers. */
const receiptMilliseconds = 6 * 3_600_000;

/** When a state was replaced, by the name of its file, in milliseconds since 1970; `undefined` for other names. */
export function keptTime(name: string): number | undefined {
  const [, day, hours, minutes, seconds] =
    /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})Z-[0-9a-f]{8}$/.exec(name) ?? [];
  return day === undefined ? undefined : Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
}

export class ServingFolder {
  /** Without symbolic links. */
  readonly root: string;
  readonly #files: FileSystem;
  readonly #clock: Clock;
  readonly #lock: OpenFile;
  /** Whether the file system has locks; without them two servers may serve the folder. */
  readonly isLocked: boolean;

  /** Takes the folder for this process. Throws `NotFound`, and `Busy` while another server has it. */
  constructor(files: FileSystem, folder: string, clock: Clock) {
    this.#files = files;
    this.#clock = clock;
    if (!files.exists(folder)) {
      const message = said`There is no folder ${folder}. Make it, with a folder in it for each store.`;
      throw new SiteRecoveryError("NotFound", message, { target: folder });
    }
    this.root = files.realPath(folder);
    makeFolderDurably(files, this.#own(".serving"));
    this.#lock = files.open(this.#own(".serving", "lock"), "createOrOpen");
    const answer = this.#lock.tryLock?.() ?? "unsupported";
    if (answer === "busy") {
      this.#lock.close();
      const message = said`Another server serves ${folder}. Stop it first.`;
      throw new SiteRecoveryError("Busy", message, { target: folder });
    }
    this.isLocked = answer === "taken";
    // The client has no answer, and sends it again.
    files.remove(this.#own(".serving", "incoming"));
    for (const name of ["incoming", "receipts"]) makeFolderDurably(files, this.#own(".serving", name));
  }

  /** Where a body goes until it is whole. */
  incoming(name: string): string {
    return this.#own(".serving", "incoming", name);
  }

  receipt(putNumber: string): string {
    return this.#own(".serving", "receipts", putNumber);
  }

  get receiptsFolder(): string {
    return this.#own(".serving", "receipts");
  }

  /** Where a state of an object is kept that was replaced. */
  kept(store: string, name: string, putNumber: string): string {
    const time = new Date(this.#clock.now()).toISOString().replaceAll(":", "-");
    return this.#own(".kept", store, name, `${time}-${putNumber.slice(0, 8)}`);
  }

  /** Where the former states of a store's objects are, each below the object's name. */
  keptFolder(store: string): string {
    return this.#own(".kept", store);
  }

  /** Removes receipts that are not asked for any more, and what was kept for longer than `keptDays`. */
  clean(keptDays: number): void {
    const now = this.#clock.now();
    this.#removeOlder(this.receiptsFolder, now - receiptMilliseconds);
    this.#removeOlder(this.#own(".kept"), now - keptDays * 86_400_000);
  }

  release(): void {
    this.#lock.close();
  }

  #removeOlder(folder: string, time: number): void {
    for (const name of this.#files.list(folder)) {
      const file = path.join(folder, name);
      if (this.#isFolder(file)) this.#removeOlder(file, time);
      else if (Number(this.#files.facts(file).modifiedAtNs / 1_000_000n) < time) this.#files.remove(file);
    }
  }

  #isFolder(file: string): boolean {
    try {
      this.#files.list(file);
      return true;
    } catch (error) {
      if (hasCode(error, "IoFailed")) return false;
      throw error;
    }
  }

  #own(...names: readonly string[]): string {
    return path.join(this.root, ...names);
  }
}
