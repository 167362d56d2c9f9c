import { scheduler } from "node:timers/promises";
import type { FileSystem, OpenFile } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";

/** The work under the lock takes microseconds; a process that was stopped in it may keep it for longer. */
const waitMilliseconds = 5;
const triesMax = 2000;

/** Lets one process at a time look at a name and give it away. */
export class NameLock {
  readonly #files: FileSystem;
  readonly #path: string;

  constructor(files: FileSystem, lockPath: string) {
    this.#files = files;
    this.#path = lockPath;
  }

  /** Whether anybody has used it. */
  get isThere(): boolean {
    return this.#files.exists(this.#path);
  }

  /** Runs `work`, which does not wait, while no other process runs its own. Throws `Busy`. */
  async around<T>(work: () => T): Promise<T> {
    const file = this.#files.open(this.#path, "createOrOpen");
    try {
      await this.#take(file);
      return work();
    } finally {
      file.close();
    }
  }

  /** Where files cannot be locked, one process at a time works on a store: the lease sees to that. */
  async #take(file: OpenFile): Promise<void> {
    for (let tries = 0; file.tryLock?.() === "busy"; tries += 1) {
      if (tries === triesMax) {
        const message = said`Another process holds ${this.#path}. End it, or wait for it, and run the command again.`;
        throw new SiteRecoveryError("Busy", message, { target: this.#path });
      }
      await scheduler.wait(waitMilliseconds);
    }
  }
}
