import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { Claims } from "../ports/objects.ts";

/** Claims of a former state: it is not written, and what is read of it stays. */
export class PastClaims implements Claims {
  readonly #place: string;

  constructor(place: string) {
    this.#place = place;
  }

  claim(): Promise<never> {
    const message = said`${this.#place} is a former state, which nothing changes.`;
    return Promise.reject(new SiteRecoveryError("InvalidInput", message, { target: this.#place }));
  }

  fence(): Promise<void> {
    return Promise.resolve();
  }

  pin(): Promise<() => Promise<void>> {
    return Promise.resolve(() => Promise.resolve());
  }

  pinned(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }
}
