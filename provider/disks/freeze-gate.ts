/** Holds the writes to a disk while a snapshot begins. One holder at a time, the others wait in turn. */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

export class FreezeGate {
  #holder: symbol | undefined;
  #thawed: Promise<void> = Promise.resolve();
  #open: () => void = () => undefined;

  get isFrozen(): boolean {
    return this.#holder !== undefined;
  }

  /** Resolves when the present holder lets go; look again at `isFrozen` then. */
  get thawed(): Promise<void> {
    return this.#thawed;
  }

  /** Resolves with a pass when no write is under way and none will be. */
  async freeze(): Promise<symbol> {
    while (this.#holder !== undefined) await this.#thawed;
    const pass = Symbol("freeze");
    this.#holder = pass;
    this.#thawed = new Promise((resolve) => {
      this.#open = resolve;
    });
    return pass;
  }

  /** Releases the writes. A pass that has run out does nothing. */
  thaw(pass: symbol): void {
    if (this.#holder !== pass) return;
    this.#holder = undefined;
    this.#open();
  }

  /** Throws `Busy` when the pass is no longer good. */
  check(pass: symbol, diskPath: string): void {
    if (this.#holder === pass) return;
    const message = said`Writes to ${diskPath} were held for too long and let go. Take the snapshot again.`;
    throw new SiteRecoveryError("Busy", message, { target: diskPath });
  }
}
