import type { ReplicaStore } from "../../replica/replica-store.ts";

/** Below this the calling thread is faster: starting a worker costs as much as copying some ten MiB. */
const threadedBytesMin = 32 * 1_048_576;

/** How many worker threads a piece of work of this size should get. */
export function threadsFor(store: ReplicaStore, bytes: number): number {
  return bytes < threadedBytesMin ? 0 : store.threads;
}
