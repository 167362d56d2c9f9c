/** Upkeep of the replicas of an engine: what is done to all that one place keeps, apart from replication. */
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { listVerifications, type Verification } from "../../store/verifications.ts";
import { verifyDue } from "./daily-verification.ts";
import { rotateStoreKey } from "./store-key-file.ts";
import { type ReplicaCheck, verifyReplicas } from "./verify-replicas.ts";

export class Upkeep {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Ids of everything that keeps replicas, whether it can be reached or not. */
  holderIds(): string[] {
    return this.#parts.replicaHolderIds();
  }

  /** Reads everything that a holder keeps and names each damaged object and the points that it hurts. */
  verify(holderId: string, progress: Progress): Promise<ReplicaCheck> {
    return verifyReplicas(this.#parts, holderId, { progress });
  }

  /** Verifies the parts of all stores that are due today. `days`: within how many days all of a store is read. */
  verifyDue(options: Parameters<typeof verifyDue>[1]): Promise<void> {
    return verifyDue(this.#parts, options);
  }

  /** When each store is verified next, and what the last time found. */
  verifications(): Verification[] {
    return listVerifications(this.#parts.store);
  }

  /** Locks a holder's store with a new random key. Returns the path of its key file, which needs a copy elsewhere. */
  rotateKey(holderId: string): Promise<string> {
    return rotateStoreKey(this.#parts, holderId);
  }
}
