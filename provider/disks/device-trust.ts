import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

/**
 * After one failed sync it is not known what the device holds: the system may have dropped the data and call the
 * next sync a success. So there are no more writes until the disk is opened again, and a resync is asked for.
 */
export class DeviceTrust {
  readonly #diskPath: string;
  readonly #askForResync: () => void;
  #failure: unknown;

  constructor(diskPath: string, askForResync: () => void) {
    this.#diskPath = diskPath;
    this.#askForResync = askForResync;
  }

  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** Throws `IoFailed` once trust is lost. */
  check(): void {
    if (this.#failure === undefined) return;
    const message = said`The device failed to keep writes to ${this.#diskPath}.
        Close the disk, check the device and open the disk again.`;
    throw new SiteRecoveryError("IoFailed", message, { target: this.#diskPath, cause: this.#failure });
  }

  /** To be called with the error of a failed sync, which it throws again. */
  lose(error: unknown): never {
    this.#failure = error;
    try {
      this.#askForResync();
    } catch (second) {
      const message = said`Neither ${this.#diskPath} nor its change log can be written.
          Check the device, then replicate the disk again.`;
      const cause = new AggregateError([error, second]);
      throw new SiteRecoveryError("IoFailed", message, { target: this.#diskPath, cause });
    }
    throw error;
  }
}
