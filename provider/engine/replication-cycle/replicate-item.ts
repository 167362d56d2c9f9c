/**
 * One delta cycle of a protected item (HW-4a): what has changed since the last one becomes a recovery point. The
 * machines of a replication group have it together, at one barrier.
 */
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { giveLeaseBack } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem, ReplicationCycle } from "../../model/item.ts";
import { imagesIn } from "../identity/exchanged-images.ts";
import { takeOverHardware } from "../identity/hardware.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { stateFacts } from "../../model/states.ts";
import { retainPoints } from "../recovery-point/retain-points.ts";
import { deltaRefused, replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf, type SettledLedger, settledLater } from "../replication/replica-ledger.ts";
import { noteClockJump, noteRetention, type RetentionOutcome } from "./retention-events.ts";
import { recordFailure, recordSuccess } from "./record-failure.ts";
import { replicationRulesOf } from "./replication-rules.ts";
import { noteReplicaDoubt, noteResynchronized, noteResyncWaits, noteSourceDoubt } from "./resync-events.ts";
import { newestPointOf } from "./newest-point.ts";
import { requireWay, wayOf } from "./require-way.ts";
import { officeHoursOf, resyncWaitsUntil, waitText } from "./resync-window.ts";
import { requireDisks, runCycle, type TakenSnapshot } from "./run-cycle.ts";
import { sourceDisks } from "./source-disks.ts";
import { type Member, takeSnapshots } from "./take-snapshots.ts";
import { said } from "../../message.ts";

type Mode = "delta" | "resync";

/** A machine with what is remembered of its replica. */
interface Replicating extends Member {
  readonly ledger: SettledLedger;
}

/**
 * The caller holds the items' leases, and writes nothing under them afterwards: a machine that has its cycle alone gives
 * its lease back with its last write. Cycles by item id; throws the first failure when all have ended.
 */
export async function replicateTogether(
  parts: EngineParts,
  itemIds: readonly string[],
  progress: Progress,
  { mode, asked }: { mode: Mode; asked: string },
): Promise<Map<string, ReplicationCycle>> {
  const failures: unknown[] = [];
  // Why the machine that was asked for waits is the caller's answer; waits of others are reported here only.
  const reportOf = (itemId: string): Progress["report"] =>
    itemId === asked ? () => undefined : (line) => progress.report(line);
  const attempt = async <T>(itemId: string, work: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      await recordFailure(parts, itemId, error);
      failures.push(error);
      return undefined;
    }
  };
  const members: Replicating[] = [];
  for (const itemId of itemIds) {
    const member = await attempt(itemId, () => memberOf(parts, itemId, mode, reportOf(itemId)));
    if (member) members.push(member);
  }
  const cycles = new Map<string, ReplicationCycle>();
  const isGroup = itemIds.length > 1 && members.length === itemIds.length;
  const taken = await takeAll(parts, members, { isGroup, signal: progress.signal }).catch(
    async (error: unknown) => {
      for (const { item } of members) await recordFailure(parts, item.id, error);
      failures.push(error);
      return undefined;
    },
  );
  if (taken) {
    await Promise.all(
      members.map(async (member, index) => {
        const id = member.item.id;
        const options = { taken: taken[index]!, mode, progress, isAlone: itemIds.length === 1 };
        const cycle = await attempt(id, () => runMember(parts, member, options));
        if (cycle) cycles.set(id, cycle);
      }),
    );
  }
  if (failures.length > 0) throw failures[0];
  return cycles;
}

/** Takes the snapshots, if there is anything to take one of. */
async function takeAll(
  parts: EngineParts,
  members: readonly Member[],
  options: { isGroup: boolean; signal: AbortSignal | undefined },
): Promise<TakenSnapshot[]> {
  return members.length === 0 ? [] : takeSnapshots(parts, members, options);
}

/** What is to be read, or `undefined` while its resync waits for the end of office hours (HW-4d). */
async function memberOf(
  parts: EngineParts,
  itemId: string,
  mode: Mode,
  report: Progress["report"],
): Promise<Replicating | undefined> {
  const found = requireItem(parts, itemId);
  const { machineName } = found.details;
  if (!stateFacts[found.state].replicates) {
    const message = said`${machineName} does not replicate now: ${stateFacts[found.state].description}.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
  }
  await requireWay(parts, found);
  const today = await takeOverHardware(parts, found, { acceptsAll: mode === "resync" });
  const disks = await sourceDisks(parts, today);
  requireDisks(parts, machineName, disks);
  const ledger = settledLater(ledgerOf(parts.store, relationshipOf(today).replicaId));
  const item = await withReplicaDoubt(parts, today, mode, ledger);
  const newest = mode === "delta" ? await newestPointOf(parts, item) : undefined;
  const waitsUntil = mode === "delta" ? await resyncWaitsUntil(parts, item, newest) : undefined;
  if (waitsUntil === undefined) return { item, disks, ledger };
  const wait = waitText(machineName, waitsUntil, officeHoursOf(parts, itemId));
  report(wait);
  noteResyncWaits(parts, item, wait);
  return undefined;
}

/** Looks at the target before a delta. What a resync mends is kept with the item; on the rest a person decides. */
async function withReplicaDoubt(
  parts: EngineParts,
  item: ProtectedItem,
  mode: Mode,
  ledger: SettledLedger,
): Promise<ProtectedItem> {
  if (mode === "resync") return item;
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const machine = await (await parts.replicaStoreOf(replicaStoreId)).machine(replicaId);
  const doubt = await replicaDoubtOf(machine, ledger);
  if (doubt?.mendsItself === false) throw deltaRefused(item.details.machineName, doubt);
  return noteReplicaDoubt(parts, item, doubt);
}

async function runMember(
  parts: EngineParts,
  { item, disks, ledger }: Replicating,
  {
    taken,
    mode,
    progress,
    isAlone,
  }: { taken: TakenSnapshot; mode: Mode; progress: Progress; isAlone: boolean },
): Promise<ReplicationCycle> {
  const onDoubt = (text: string): void => noteSourceDoubt(parts, item.id, text);
  const options = { kind: mode, way: wayOf(item), disks, progress, taken, onDoubt, ledger };
  // Before they are read: what takes their places meanwhile is met by the next cycle.
  const images = item.details.reverse ? undefined : imagesIn(parts, disks[0]!.machine, item.details.disks);
  const cycle = await runCycle(parts, item, options);
  const retention = await retain(parts, item);
  // All that came of the cycle is one transaction: each waits for the disk.
  parts.store.transaction(() => {
    ledger.settle();
    recordSuccess(parts, item.id, { lastCycle: cycle, ...(images && { imagesReplicated: images }) });
    if (cycle.resyncReason !== undefined || mode === "resync") noteResynchronized(parts, item.id, cycle);
    noteClockJump(parts, item.id, cycle);
    noteRetention(parts, item.id, retention);
    if (isAlone) giveLeaseBack(parts.store, item.id);
  });
  return cycle;
}

/** The points that machines of an item run from now. */
function servedPoints(parts: EngineParts, { details }: ProtectedItem): string[] {
  return [details.recoveryMachine, details.testMachine].flatMap((machine) => {
    const state = machine && parts.instantStart.stateOf(machine.folder);
    return state === undefined ? [] : [state.pointId];
  });
}

/** The point is durable: why a retention failed is noted, and the next cycle tries again. */
async function retain(parts: EngineParts, item: ProtectedItem): Promise<RetentionOutcome> {
  const { replicaStoreId, replicaId } = relationshipOf(item);
  const rule = replicationRulesOf(parts, item.id)?.retention ?? { retentionMinutes: 0 };
  try {
    const { kept } = await retainPoints(
      await parts.replicaStoreOf(replicaStoreId),
      replicaId,
      rule,
      servedPoints(parts, item),
    );
    // What a lock keeps goes when it ends. Without an end, it is another identity that drops it.
    return { leftCount: kept !== undefined && kept.until === undefined ? kept.count : 0 };
  } catch (error) {
    if (!isExpected(error) || error.code === "LeaseLost") throw error;
    return { failure: error.message };
  }
}
