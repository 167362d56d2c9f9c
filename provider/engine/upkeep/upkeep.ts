/** Upkeep of the replicas of an engine: what is done to all that one place keeps, apart from replication. */
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
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
    return verifyReplicas(this.#parts, holderId, progress);
  }

  /** Locks a holder's store with a new random key. Returns the path of its key file, which needs a copy elsewhere. */
  rotateKey(holderId: string): Promise<string> {
    return rotateStoreKey(this.#parts, holderId);
  }
}
