/** Upkeep of the replicas of an engine: what is done to a whole storage account, apart from replication. */
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../job/job-definition.ts";
import { rotateAccountKey } from "./account-key.ts";
import { type AccountCheck, verifyAccount } from "./verify-account.ts";

export class Upkeep {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Reads everything that a storage account holds and tells each damaged object and whom it hurts. */
  verify(accountId: string, progress: Progress): Promise<AccountCheck> {
    return verifyAccount(this.#parts, accountId, progress);
  }

  /** Locks a storage account with a new random key. Returns the path of its key file, which wants a copy elsewhere. */
  rotateKey(accountId: string): Promise<string> {
    return rotateAccountKey(this.#parts, accountId);
  }
}
