/**
 * The engine: what the machine does. It knows nothing of Pulumi, YAML or HTTP. This file puts real drivers behind
 * the ports and is the only one that handlers import from this folder; each room beside it does one thing:
 * enable, replicate, failover, recovery points, jobs.
 */
import { findItem } from "../store/protected-items.ts";
import type { StoreAddress } from "../store-address.ts";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import type { KindName } from "../kinds/kind.ts";
import type { PolicySettings } from "../kinds/policy.ts";
import { type ItemInputs, listItemThings } from "./protected-item/item-things.ts";
import type { Log } from "../log.ts";
import type { Random } from "../random.ts";
import { type JobRow, listJobs, type TaskRow, tasksOf } from "../store/jobs.ts";
import { type EventRow, listEvents } from "../store/events.ts";
import { type LeaseHolder } from "../store/lease-row.ts";
import { leaseOf } from "../store/leases.ts";
import { findThing, listThings, putThing, type Thing } from "../store/things.ts";
import type { RecoveryPoint } from "../replica/replica-store.ts";
import { Components } from "./components/components.ts";
import { disableProtection, enableProtection } from "./enable/enable-protection.ts";
import { initialReplicationWaitsUntil } from "./replication-cycle/replication-rules.ts";
import { requirePolicyFits } from "./enable/policy-change.ts";
import { type Alert, alertsOfDrills, alertsOfItem } from "./alerts.ts";
import type { EngineParts } from "./engine-parts.ts";
import { Drills } from "./drill/drills.ts";
import { Moves } from "./failover/moves.ts";
import { type Hydrated, hydrateItem, type HydrateOptions } from "./hydrate/hydrate-item.ts";
import { Identities } from "./decisions/identities.ts";
import { Hosts } from "./inventory/hosts.ts";
import { type ItemView, viewItem } from "./item-view.ts";
import { ItemJobs } from "./item-jobs.ts";
import type { Progress } from "../progress.ts";
import { requireItem } from "./protected-item/require-item.ts";
import { openParts } from "./open-parts.ts";
import { Notifications } from "./notifications.ts";
import { Owners } from "./owners.ts";
import type { ProtectedItem, ReplicationCycle } from "../model/item.ts";
import { changedHardware, driftTexts, type MachineHardware } from "./identity/hardware.ts";
import { relationshipOf } from "../model/relationship.ts";
import { stateFacts } from "../model/states.ts";
import { Clusters } from "./protection-cluster/clusters.ts";
import { Points } from "./attach/points.ts";
import { RecoveryPlans } from "./recovery-plan/recovery-plans.ts";
import { pausedWith, pauseReplication, resumeReplication } from "./replication-cycle/pause.ts";
import { RecoveryHome } from "./recovery-home/recovery-home.ts";
import { writeCatalogs } from "./write-catalogs.ts";
import { followItems, type FollowOptions } from "./replicate/follow-items.ts";
import { lookAtSource } from "./replication-cycle/look-at-source.ts";
import { newestPointOf } from "./replication-cycle/newest-point.ts";
import { type ReplicationWait, waitOf } from "./replication-cycle/wait-of.ts";
import { replicateOrBegin } from "./replicate/replicate-or-begin.ts";
import { removeThing, usersOf } from "./remove-thing.ts";
import { unlock } from "./lease/unlock.ts";
import { Upkeep } from "./upkeep/upkeep.ts";

export type { NotedSecrets, OwnerRow } from "./owners.ts";
export type { Thing } from "../store/things.ts";
export type { Alert } from "./alerts.ts";
export type { Routing } from "./notifications.ts";
export type { LeaseHolder } from "../store/lease-row.ts";
export type { ItemView } from "./item-view.ts";
export type { Verification, VerificationResult } from "../store/verifications.ts";
export type { Progress } from "../progress.ts";

export interface EngineOptions {
  /** The engine's home folder; made when it is not there. */
  readonly home: string;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly files?: FileSystem;
  /** Default none. */
  readonly log?: Log;
}

export class Engine {
  readonly #parts: EngineParts;
  readonly hosts: Hosts;
  readonly components: Components;
  readonly drills: Drills;
  readonly plans: RecoveryPlans;
  readonly clusters: Clusters;
  readonly moves: Moves;
  readonly points: Points;
  readonly recoveryHome: RecoveryHome;
  readonly upkeep: Upkeep;
  readonly itemJobs: ItemJobs;
  readonly identities: Identities;
  readonly owners: Owners;
  readonly notifications: Notifications;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.hosts = new Hosts(parts);
    this.components = new Components(parts);
    this.drills = new Drills(parts);
    // The clean-up of a plan's test ends a drill.
    this.plans = new RecoveryPlans(parts, (progress) =>
      this.drills.reports.writeIfPossible((line) => progress.report(line)),
    );
    this.clusters = new Clusters(parts);
    this.moves = new Moves(parts);
    this.points = new Points(parts);
    this.recoveryHome = new RecoveryHome(parts);
    this.upkeep = new Upkeep(parts);
    this.itemJobs = new ItemJobs(parts);
    this.identities = new Identities(parts);
    this.owners = new Owners(parts);
    this.notifications = new Notifications(parts);
  }

  /** The engine's id, a UUID that its database was made with. */
  get engineId(): string {
    return this.#parts.engineId;
  }

  get homeFolder(): string {
    return this.#parts.home.folder;
  }

  findThing<Inputs = Record<string, unknown>>(id: string): Thing<Inputs> | undefined {
    return findThing<Inputs>(this.#parts.store, id);
  }

  listThings<Inputs = Record<string, unknown>>(filter: { kind?: KindName; under?: string }): Thing<Inputs>[] {
    return listThings<Inputs>(this.#parts.store, filter);
  }

  async putThing(id: string, kind: KindName, inputs: object): Promise<void> {
    this.#parts.store.transaction(() =>
      putThing(this.#parts.store, id, kind, inputs, this.#parts.clock.now()),
    );
    await writeCatalogs(this.#parts);
  }

  /**
   * Removes settings; gone already is fine. Throws `InUse` while other things live in it or refer to it, but for
   * those in it that `isLeftBehind` names: they go with it, and are returned.
   */
  async removeThing(id: string, isLeftBehind?: (thing: Thing) => boolean): Promise<Thing[]> {
    const along = removeThing(this.#parts, id, isLeftBehind);
    await writeCatalogs(this.#parts);
    return along;
  }

  /** Things that live in a thing, refer to it or keep replicas on it; while there are any, it cannot be deleted. */
  usersOf(id: string): Thing[] {
    const thing = this.findThing(id);
    return thing ? usersOf(this.#parts, thing) : [];
  }

  /** Brings a recovery point into Azure: page blobs, and what is made of them. */
  hydrate(options: HydrateOptions, progress: Progress): Promise<Hydrated> {
    return hydrateItem(this.#parts, options, progress);
  }

  /** Opens a storage account's replica store as its settings say, making it with a key of its own when it is new. */
  async openStorageAccount(id: string, address: Partial<StoreAddress>): Promise<void> {
    await this.#parts.openReplicaStore(id, address);
  }

  items(): ProtectedItem[] {
    return listItemThings(this.#parts).flatMap(({ id }) => this.findItem(id) ?? []);
  }

  findItem(id: string): ProtectedItem | undefined {
    return findItem(this.#parts.store, id);
  }

  /** What is found at an item's source by a look that reads no disk, and people should know before a cycle. */
  async lookAtSource(id: string): Promise<string[]> {
    const item = this.findItem(id);
    if (!item || !stateFacts[item.state].replicates) return [];
    const newest = await newestPointOf(this.#parts, item);
    const { doubts, obstacle } = await lookAtSource(this.#parts, item, newest);
    if (obstacle) return [obstacle.text];
    const faults = doubts.filter(({ isFault }) => isFault);
    const texts = faults.map(({ text }) => `${text}; the next cycle compares both sides`);
    return [...(await driftTexts(this.#parts, item)), ...texts];
  }

  /** Today's hardware of an item's machine, if it is not what the item keeps. An update or a cycle takes it over. */
  async changedHardware(id: string): Promise<MachineHardware | undefined> {
    const item = this.findItem(id);
    return item && stateFacts[item.state].replicates ? await changedHardware(this.#parts, item) : undefined;
  }

  viewItem(id: string): Promise<ItemView> {
    return viewItem(this.#parts, id);
  }

  /** Every protected item as it is now, and what is wrong with items and drills. */
  async health(): Promise<{ readonly views: readonly ItemView[]; readonly alerts: readonly Alert[] }> {
    const views = await Promise.all(this.items().map(({ id }) => this.viewItem(id)));
    return { views, alerts: [...views.flatMap(alertsOfItem), ...alertsOfDrills(this.drills)] };
  }

  /** True when an item is not protected yet and nothing keeps its initial replication from running. */
  initialReplicationIsDue(id: string): boolean {
    const enabling = this.findItem(id)?.state === "EnablingReplication";
    return enabling && initialReplicationWaitsUntil(this.#parts, id) === undefined;
  }

  enableProtection(id: string, wanted: ItemInputs, progress: Progress): Promise<void> {
    return enableProtection(this.#parts, id, wanted, progress);
  }

  disableProtection(id: string, progress: Progress): Promise<void> {
    return disableProtection(this.#parts, id, progress);
  }

  /** Throws `InvalidInput` for settings of a policy that contradict what its machines have. */
  requirePolicyFits(policyId: string, settings: PolicySettings): void {
    requirePolicyFits(this.#parts, policyId, settings);
  }

  /** One replication cycle, or the initial replication when its time has come, or `undefined` if it has not. */
  replicate(
    id: string,
    progress: Progress,
    mode: "delta" | "resync" = "delta",
  ): Promise<ReplicationCycle | undefined> {
    return replicateOrBegin(this.#parts, id, progress, mode);
  }

  /** Why `replicate` has run no cycle although nothing is wrong; `undefined` if nothing is waited for. */
  waitOf(id: string): Promise<ReplicationWait | undefined> {
    return waitOf(this.#parts, id);
  }

  /**
   * Runs cycles when they are due, and drills by their schedules where `runDrill` is given, until the signal stops it;
   * then those that run end in order (HW-4a).
   */
  follow(run: (item: ProtectedItem) => Promise<void>, options: FollowOptions): Promise<void> {
    return followItems(this.#parts, run, options);
  }

  /** Lets no cycle of an item run until it is resumed; whether it was not paused before. */
  pause(id: string, progress: Progress): Promise<boolean> {
    return pauseReplication(this.#parts, id, progress);
  }

  /** The item whose pause keeps one from replicating: itself, or one of its replication group. */
  pausedWith(id: string): ProtectedItem | undefined {
    return pausedWith(this.#parts, id);
  }

  resume(id: string, progress: Progress): Promise<boolean> {
    return resumeReplication(this.#parts, id, progress);
  }

  /** Which process works on a thing now, or `undefined`. */
  leaseOf(id: string): LeaseHolder | undefined {
    return leaseOf(this.#parts.store, id, this.#parts.clock);
  }

  /** Takes a lease away from its process, which can change nothing from then on. */
  unlock(id: string): void {
    unlock(this.#parts, id);
  }

  // Recovery points, jobs, and what happened.

  /** Oldest first. Throws `Damaged` when one cannot be read, unless `onDamaged` is called instead. */
  async recoveryPoints(itemId: string, onDamaged?: (error: Error) => void): Promise<RecoveryPoint[]> {
    const { replicaStoreId, replicaId } = relationshipOf(requireItem(this.#parts, itemId));
    return (await this.#parts.replicaStoreOf(replicaStoreId)).recoveryPoints(replicaId, onDamaged);
  }

  jobs(filter: { targetId?: string; limit: number }): (JobRow & { tasks: TaskRow[] })[] {
    return listJobs(this.#parts.store, filter).map((job) => ({
      ...job,
      tasks: tasksOf(this.#parts.store, job.id),
    }));
  }

  /** The newest ones, oldest first. */
  events(filter: { targetId?: string; since?: number; limit: number }): EventRow[] {
    return listEvents(this.#parts.store, filter);
  }

  close(): void {
    this.#parts.store.close();
  }
}

/** Opens the engine of a home folder. Throws `IoFailed` or `WrongKey` when it cannot be opened. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  return new Engine(openParts(options));
}
