/** The ports that the engine's rooms work with; engine.ts puts real ones behind them, tests their own. */
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { MachineHooks } from "../machines/machine-hooks.ts";
import type { InstantStart } from "../ports/instant-start.ts";
import type { Machines } from "../ports/machines.ts";
import type { Progress } from "../progress.ts";
import type { Random } from "../random.ts";
import type { JobRow } from "../store/jobs.ts";
import type { Store } from "../store/open-store.ts";
import type { StoreAddress } from "../store-address.ts";
import type { ReplicaStore } from "../replica/replica-store.ts";
import type { Home } from "./home.ts";
import type { ProcessServer } from "./process-server/transfer.ts";
import type { Snapshots } from "../ports/snapshots.ts";

export interface EngineParts {
  /** Which engine this is, a UUID: on every mark that it leaves on machines and targets. */
  readonly engineId: string;
  readonly home: Home;
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileSystem;
  /** What the engine does, for people who look for the cause of something. */
  readonly log: Log;
  readonly machines: Machines;
  readonly instantStart: InstantStart;
  readonly snapshots: Snapshots;
  readonly hooks: MachineHooks;
  /** The store of what holds replicas, opened at first use. Throws `NotFound` for an id of nothing that does. */
  replicaStoreOf(holderId: string): Promise<ReplicaStore>;
  /** As `replicaStoreOf`, to look at only: `undefined` if no store was made for the holder, or nothing is left of it. */
  madeStoreOf(holderId: string): Promise<ReplicaStore | undefined>;
  /** Ids of everything that holds replicas, whether it can be reached or not. */
  replicaHolderIds(): string[];
  /** Opens a storage account's replica store as its settings say, making store and key when they are not there. */
  openReplicaStore(storageAccountId: string, address: Partial<StoreAddress>): Promise<ReplicaStore>;
  /** The process server of an id, declared or the default of a site. */
  processServerOf(serverId: string): ProcessServer;
  /** Runs what is left of an item's job that a dead process began. The caller holds the item's lease. */
  resumeJob(job: JobRow, progress: Progress): Promise<void>;
  /** The most copies at once in this process. */
  readonly copiesMax: number;
  /** Runs copies of disks with a bound on how many run at once in this process. */
  copySlot<T>(work: () => Promise<T>): Promise<T>;
}
