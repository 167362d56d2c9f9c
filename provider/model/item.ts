/** A protected item as the control plane keeps it. */
import type { GuestEvidence } from "./guest-evidence.ts";
import { assert, SiteRecoveryError } from "../errors.ts";
import { nameOf } from "../arm-id.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { said } from "../message.ts";
import type { FlowId } from "./flows.ts";
import type { Lineages, Seed } from "./lineage.ts";
import type { MachineDefinition, MachineDiskDefinition } from "./machine-definition.ts";
import type { ItemState } from "./states.ts";

export type RecoveryPointKind = "CrashConsistent" | "AppConsistent";

/** `None`, or `WaitingForCompletion` while a test machine runs and its clean-up is pending (Azure's words). */
export type TestFailoverState = "None" | "WaitingForCompletion";

export interface ItemDisk {
  readonly id: string;
  /** File name inside the machine's folder. */
  readonly file: string;
  readonly sizeBytes: number;
}

/** A machine that a failover, or a test failover, made at the recovery side. */
export interface RecoveryMachine {
  readonly name: string;
  /** The id in its folder; absent for one that an earlier version made. */
  readonly machineId?: string;
  readonly folder: string;
  readonly pointId: string;
  readonly pointTakenAt: number;
  /** Absent in records of an earlier version, as the next. */
  readonly pointKind?: RecoveryPointKind;
  /** When the machine was made from the point, in milliseconds since 1970. */
  readonly madeAt?: number;
  /** What the disks' changes count from since they were made from the point; absent in items of earlier versions. */
  readonly lineages?: Lineages;
  /** The disks that it has, from its point. Absent in items of earlier versions: all of the item. */
  readonly disks?: readonly ItemDisk[];
  /** Which files its images are, by disk id; absent for one that starts from its point itself, and of earlier versions. */
  readonly imagesMade?: Readonly<Record<string, string>>;
  /** Its images as a move back left them; absent while it runs, and in items of earlier versions. */
  readonly left?: ImagesLeft;
  /** What its guest said after the start; absent if its definition does not ask it, or it did not say that it works. */
  readonly guest?: GuestEvidence;
}

/** A test machine, and what its drill measured. */
export interface TestMachine extends RecoveryMachine {
  readonly drillId: string;
  readonly networkId: string;
  readonly measuredRpoSeconds: number;
  readonly measuredRtoSeconds: number;
  readonly evidence: readonly DiskEvidence[];
}

export interface DiskEvidence {
  readonly diskId: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface ReplicationCycle {
  readonly pointId: string;
  readonly takenAt: number;
  readonly bytesChanged: number;
  readonly bytesSent: number;
  readonly blocksSent: number;
  /** Blocks that a cycle which was stopped had sent already; absent in cycles of an earlier version. */
  readonly blocksReused?: number;
  readonly durationMilliseconds: number;
  /** By how much the wall clock jumped since the point before, in milliseconds. */
  readonly clockJumpMilliseconds?: number;
  /** Why both sides were compared, where the changes alone were not enough. */
  readonly resyncReason?: string;
}

/** Where an item's changes go: a replica of its own in a store, one for each direction. */
export interface Relationship {
  /** The id of what holds the store: a storage account, a master target, a storage classification or a host. */
  readonly replicaStoreId: string;
  /** What the store calls the machine. */
  readonly replicaId: string;
  /** The process server that takes the changes there (C-3). */
  readonly processServerId?: string | undefined;
}

/** Image files as they were, by disk id: inode, size and times. */
export type ImagesLeft = Readonly<Record<string, string>>;

/** What is known of the disks that a failover left at the primary side. */
export interface PrimaryLeft {
  /**
   * The images as an unplanned failover left them, with what it did not send, or as a way back has made them: any other
   * state of them came later.
   */
  readonly images?: ImagesLeft;
  /** What an unplanned failover did not send of what the source had written, for people; only these disks have it. */
  readonly unsent?: string;
  /** The job of the way back that has begun to overwrite them, until it ends. Absent for jobs of earlier versions. */
  readonly overwrittenBy?: string;
  /**
   * Where the images were not seen off, or all was sent: what their logs counted from after the newest recovery point. What
   * the logs hold now, or a log that does not continue one of these, may be a later change.
   */
  readonly sentUpTo?: readonly Lineages[];
  /** Ids of disks whose changes were found and that no change log shows any more, because a way back was seeded from them. */
  readonly changedDisks?: readonly string[];
  /** In items of an earlier version, instead: some disk is changed. */
  readonly areChanged?: true;
}

/** What is kept with an item about its machine at the primary side. */
export interface MachineIdentity {
  /** The host, vCenter server or registration that the machine was last seen on. */
  readonly hostId: string;
  readonly machineId: string;
  /** The name of its folder there. */
  readonly folderName: string;
}

/** Why the last replication failed and when it is tried again; kept with the item, so it survives a restart. */
export interface ReplicationFailure {
  readonly code: string;
  readonly message: string;
  /** When it failed, in milliseconds since 1970. */
  readonly at: number;
  /** Failures in a row, this one counted; from 1. */
  readonly attempt?: number;
  /** When it is tried again, in milliseconds since 1970; absent for errors that time does not heal (HW-4e). */
  readonly retryAt?: number;
  /** The situation in which an error of HW-4e came up; once it is another, the cycle is tried again. */
  readonly situation?: string;
}

export interface ItemDetails {
  readonly flow: FlowId;
  /** What the replica store calls the machine; stays the same for the item's whole life. */
  readonly replicaId: string;
  readonly machineName: string;
  /** Which machine it is, and where it was last seen; absent until it is first seen by an engine that gives ids. */
  readonly machine?: MachineIdentity;
  /** Ids, or folders, of machines with the same name that are known to be others. */
  readonly otherMachines?: readonly string[];
  /** Ids of machines that were the item's own until a failback made another one; they must stay off. */
  readonly formerMachines?: readonly string[];
  /**
   * Ended jobs that the marks of its machines name, also those of a later database that a person had adopted. Catalogs
   * carry them, and not the jobs: a rebuilt home knows by them that its machines have not moved since.
   */
  readonly knownJobs?: readonly string[];
  /** The machine as it was when it was last seen at the primary side: hardware, networks, disks. */
  readonly definition: MachineDefinition;
  readonly disks: readonly ItemDisk[];
  /** Disks that the machine had once: recovery points may hold them still. */
  readonly formerDisks?: readonly MachineDiskDefinition[];
  /** Name of the replication group that the machine shares recovery points with (V2A-5). */
  readonly groupName?: string;
  /** What holds the replica: the id of a storage account, or of a master target, a storage classification or a host at the recovery side. */
  readonly replicaStoreId: string;
  /** The process server that serves the machine on its way out (C-3). */
  readonly processServerId?: string;
  /** The way back: where the machine's changes go while it runs at the recovery side and is protected there. */
  readonly reverse?: Relationship;
  /** Percent of the initial replication that is done, 0 to 100. */
  readonly initialReplicationPercent: number;
  readonly initialReplicationEndedAt?: number;
  readonly lastCycle?: ReplicationCycle;
  /** Which files its disks at the primary side were at the last cycle from there, by disk id; absent in items of earlier versions. */
  readonly imagesReplicated?: Readonly<Record<string, string>>;
  /** When the newest app-consistent point was taken, in milliseconds since 1970. */
  readonly lastAppConsistentAt?: number;
  /** Why the newest point that should have been app-consistent is not; gone after the next that is. */
  readonly consistencyFailure?: string;
  /** Whether the machine may still run at the primary side: it was never seen off since the failover. */
  readonly isSourceUnfenced?: boolean;
  /** When a person said that the source is off for good, in milliseconds since 1970; gone when it is seen again. */
  readonly sourceConfirmedOffAt?: number;
  /** Its disks at the primary side while it runs at the recovery side; absent if nothing is known of them. */
  readonly primaryLeft?: PrimaryLeft;
  /** When replication was paused, in milliseconds since 1970; absent if it is not paused. */
  readonly pausedAt?: number;
  /** Since when the RPO is over its threshold, in milliseconds since 1970, while it is. */
  readonly rpoAlarmAt?: number;
  /** Since when a resync waits for the end of office hours (HW-4d), in milliseconds since 1970, while it does. */
  readonly resyncWaitsSince?: number;
  /** Why the target is not what was written to it, from the cycle that found it until a resync has mended it. */
  readonly replicaDoubt?: string;
  /** Why points that the policy no longer keeps could not be dropped, until they are. */
  readonly retentionFailure?: string;
  /** Points that the policy no longer keeps and that another identity is to drop, while there are any. */
  readonly leftPoints?: LeftPoints;
  /** When the machine was frozen, while it has not been thawed. */
  readonly frozenAt?: number;
  readonly recoveryMachine?: RecoveryMachine;
  /** From which point the disks at the primary side were last made, by a move back. */
  readonly primarySeed?: Seed;
  /** Why the changes of the source's disks alone are not enough, while a resync has not mended it. */
  readonly sourceDoubt?: string;
  /** The newest recovery point that the machine at the recovery side has sent on its way back. */
  readonly failbackPointId?: string;
  readonly testMachine?: TestMachine;
  /** When the machine last changed sides, and by which action. */
  readonly lastMove?: { readonly action: string; readonly endedAt: number };
  /** Why the last replication cycle failed; gone after the next one that works. */
  readonly replicationError?: ReplicationFailure;
}

export interface LeftPoints {
  readonly count: number;
  /** Since when there are some, in milliseconds since 1970. */
  readonly since: number;
}

export interface ProtectedItem {
  readonly id: string;
  readonly state: ItemState;
  readonly activeLocation: ActiveLocation;
  readonly testFailoverState: TestFailoverState;
  readonly details: ItemDetails;
}

/** Returns the machine that a failover made for an item. An item without one is a bug of the caller. */
export function recoveryMachineOf({ details }: ProtectedItem): RecoveryMachine {
  assert(details.recoveryMachine, `${details.machineName} has no machine at the recovery side`);
  return details.recoveryMachine;
}

/** The disk that is wanted, or the only one that there is. Throws `InvalidInput`, naming those there are. */
export function onlyDisk(item: ProtectedItem, wanted: string | undefined): string {
  const ids = item.details.disks.map((disk) => disk.id);
  const found = wanted ?? (ids.length === 1 ? ids[0] : undefined);
  if (found !== undefined && ids.includes(found)) return found;
  const what = wanted === undefined ? "has several disks" : `has no disk "${wanted}"`;
  const message = said`${nameOf(item.id)} ${what}. Name one of them with --disk: ${ids.join(", ")}.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "diskId" });
}
