/**
 * Takes a snapshot of machines that QEMU runs, with what has changed since a recovery point, by QEMU's persistent dirty
 * bitmaps. `qemu-storage-daemon` does the same for a machine that is off.
 *
 * The steps of a cycle: clear what a dead process has left; make files for old content; freeze the guest's file systems if
 * the caller can; one transaction over all disks of the machine, which is the instant; thaw, whatever happened; show the
 * disks as files. QEMU has one transaction for one machine: a group of machines has one instant only if all are frozen.
 */
import { systemClock } from "../../clock.ts";
import { messageOf, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { systemRandom } from "../../random.ts";
import { localFileSystem } from "../../blocks/file-system.ts";
import type { Qmp } from "../qmp.ts";
import {
  type CycleFolders,
  type CyclePorts,
  type DiskToSnapshot,
  SnapshotCycle,
  type SnapshotDisk,
} from "./snapshot-cycle.ts";

export type { DiskToSnapshot, SnapshotDisk } from "./snapshot-cycle.ts";

export interface BitmapSnapshotRequest extends CycleFolders, Partial<CyclePorts> {
  readonly disks: readonly DiskToSnapshot[];
  /** Makes the guest's file systems consistent and holds them. If it fails, the snapshot is crash-consistent. */
  readonly freeze?: () => Promise<unknown>;
  /** Called after `freeze`, however that and the instant ended. */
  readonly thaw?: () => Promise<unknown>;
  /** The guest is not held longer than this for an instant that QEMU does not take. Default 10,000. */
  readonly freezeLimitMilliseconds?: number;
}

export interface BitmapSnapshot {
  /** Wall-clock milliseconds since 1970, read right before the instant: all that was written before is in the snapshot. */
  readonly takenAt: number;
  /** How long the guest was held, in milliseconds; 0 without `freeze`. */
  readonly frozenMs: number;
  /** Whether the guest's file systems were held at the instant. */
  readonly isFrozen: boolean;
  /** Why they were not, if they should have been. */
  readonly freezeFailure: Error | undefined;
  readonly disks: readonly SnapshotDisk[];
  /**
   * To be called when all was read and before the recovery point is made durable. Throws `DiskFull` or `IoFailed` if what
   * was read may not be of the instant. The disks' files are gone afterwards.
   */
  finishReading(): Promise<void>;
  /** The recovery point is durable: its changes are forgotten. Can be repeated. */
  complete(): Promise<void>;
  /** The cycle failed: its changes stay pending for the next one. Can be repeated. */
  abandon(): Promise<void>;
}

const freezeLimitDefault = 10_000;

interface Machine {
  readonly request: BitmapSnapshotRequest;
  readonly ports: CyclePorts;
  readonly cycle: SnapshotCycle;
}

interface Instant {
  readonly takenAt: number;
  readonly frozenMs: number;
  readonly isFrozen: boolean;
  readonly freezeFailure: Error | undefined;
}

/** A snapshot of one machine. */
export async function takeBitmapSnapshot(qmp: Qmp, request: BitmapSnapshotRequest): Promise<BitmapSnapshot> {
  const [snapshot] = await takeGroupBitmapSnapshot([{ qmp, ...request }]);
  return snapshot!;
}

/** Snapshots of several machines: all are frozen before the first instant, and thawed after the last. */
export async function takeGroupBitmapSnapshot(
  requests: readonly (BitmapSnapshotRequest & { readonly qmp: Qmp })[],
): Promise<BitmapSnapshot[]> {
  const machines = requests.map((request): Machine => {
    const { files = localFileSystem, clock = systemClock, random = systemRandom } = request;
    const ports = { files, clock, random };
    return { request, ports, cycle: new SnapshotCycle(request.qmp, request, ports) };
  });
  try {
    await all(machines.map(({ cycle, request }) => cycle.prepare(request.disks)));
    const instants = await takeInstants(machines);
    const disks = await all(machines.map(({ cycle }) => cycle.open()));
    return machines.map(({ cycle }, index) => ({
      ...instants[index]!,
      disks: disks[index]!,
      finishReading: () => cycle.finishReading(),
      complete: () => cycle.complete(),
      abandon: () => cycle.abandon(),
    }));
  } catch (error) {
    // What cannot be undone now, because QEMU cannot be reached, the next cycle clears.
    await Promise.allSettled(machines.map(({ cycle }) => cycle.abandon()));
    throw error;
  }
}

async function takeInstants(machines: readonly Machine[]): Promise<Instant[]> {
  const began = machines.map(({ ports }) => ports.clock.monotonic());
  const freezes = await Promise.allSettled(machines.map(async ({ request }) => request.freeze?.()));
  const thawed = new Set<number>();
  const thaw = async (index: number): Promise<void> => {
    if (thawed.has(index) || machines[index]!.request.freeze === undefined) return;
    thawed.add(index);
    await machines[index]!.request.thaw?.();
  };
  const takes = machines.map((machine, index) => takeWithin(machine, () => thaw(index)));
  const taken = await Promise.allSettled(takes);
  const thaws = await Promise.allSettled(machines.map((_, index) => thaw(index)));
  const failure = taken.find((each) => each.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return machines.map(({ request, ports }, index) => {
    const { takenAt, wasLate } = (taken[index] as PromiseFulfilledResult<Taken>).value;
    const thawFailure = reasonOf(thaws[index]!);
    if (thawFailure !== undefined) throw notThawed(request, thawFailure);
    const freezeFailure = reasonOf(freezes[index]!) ?? (wasLate ? lateInstant(request) : undefined);
    const isFrozen = request.freeze !== undefined && freezeFailure === undefined;
    const frozenMs = request.freeze === undefined ? 0 : ports.clock.monotonic() - began[index]!;
    return { takenAt, frozenMs, isFrozen, freezeFailure };
  });
}

interface Taken {
  readonly takenAt: number;
  /** Whether the guest was thawed before QEMU answered, so that it may have written before the instant. */
  readonly wasLate: boolean;
}

/** A guest must work on although QEMU does not answer. */
async function takeWithin({ cycle, request, ports }: Machine, thaw: () => Promise<void>): Promise<Taken> {
  const takenAt = ports.clock.now();
  const over = new AbortController();
  let wasLate = false;
  const limit = request.freezeLimitMilliseconds ?? freezeLimitDefault;
  const watchdog = ports.clock.sleep(limit, over.signal).then(
    async () => {
      wasLate = true;
      await thaw();
    },
    () => undefined,
  );
  try {
    await cycle.take();
  } finally {
    over.abort();
    await watchdog;
  }
  return { takenAt, wasLate };
}

/** The results of all, after all have ended; the first failure of any. */
async function all<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  const failure = results.find((each) => each.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return results.map((each) => (each as PromiseFulfilledResult<T>).value);
}

function reasonOf(result: PromiseSettledResult<unknown>): Error | undefined {
  return result.status === "rejected" ? (result.reason as Error) : undefined;
}

function lateInstant(request: BitmapSnapshotRequest): SiteRecoveryError {
  const limit = request.freezeLimitMilliseconds ?? freezeLimitDefault;
  return new SiteRecoveryError(
    "Busy",
    said`QEMU did not take the snapshot in ${limit} ms, so the guest was thawed before.`,
  );
}

/** A guest that says it cannot thaw may be held still, or was not held at the instant. */
function notThawed({ qmp }: BitmapSnapshotRequest & { readonly qmp?: Qmp }, cause: Error): SiteRecoveryError {
  const machine = qmp?.machine ?? "";
  const message = said`The guest of machine ${machine} did not thaw: ${messageOf(cause)}. Look whether it still works; its agent thaws it with guest-fsfreeze-thaw. Then run again.`;
  return new SiteRecoveryError("JobFailed", message, { target: machine, cause });
}
