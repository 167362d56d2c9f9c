/**
 * The proof that a planned move loses nothing: with the machine off, its whole disks are compared by checksum with the
 * point that the move uses. Change logs say only what they were told, and a hypervisor that does not track every
 * write tells them less than all.
 */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ProtectedItemInputs, VerifyChoice } from "../../kinds/protected-item.ts";
import { addEvent } from "../../store/events.ts";
import { findThing } from "../../store/things.ts";
import type { JobContext } from "../job/job-definition.ts";
import type { ReplicationCycle } from "../../model/item.ts";
import { type CycleOptions, runCycle } from "../replication-cycle/run-cycle.ts";
import { said } from "../../message.ts";
import { someInTurn } from "../../in-turn.ts";
import type { SourceDisk } from "../../ports/snapshots.ts";

type Context = Pick<JobContext<unknown>, "parts" | "itemId" | "item" | "progress">;

/** A difference is sent, and the comparison made once more: what differs then is being written now. */
const comparisons = 2;

function verifyChoiceOf({ parts, itemId }: Context): VerifyChoice {
  const inputs = findThing<Partial<ProtectedItemInputs>>(parts.store, itemId)?.inputs;
  return inputs?.failover?.verify ?? "whenDoubtful";
}

/** Whether what the logs say needs a proof: a lineage that broke, or a hypervisor that does not see every write. */
async function isDoubtful(
  { parts }: Context,
  cycle: ReplicationCycle,
  disks: readonly SourceDisk[],
): Promise<boolean> {
  if (cycle.resyncReason !== undefined) return true;
  return someInTurn(disks, async ({ machine }) => !(await parts.machines.tracksEveryWrite(machine)));
}

function noteDifference({ parts, itemId }: Context, cycle: ReplicationCycle): void {
  parts.store.transaction(() =>
    addEvent(parts.store, {
      type: "VmHealth",
      code: "DisksDiffered",
      severity: "Warning",
      description:
        `${nameOf(itemId)}: its disks differed from its newest recovery point in ${cycle.blocksSent} blocks that no ` +
        "change log named; they were sent before the move",
      targetId: itemId,
      at: parts.clock.now(),
    }),
  );
}

function stillChanging({ item, itemId }: Context, disks: readonly SourceDisk[]): SiteRecoveryError {
  const { machineName } = item().details;
  const message = said`The disks of ${machineName} change although it is off: they differed from its recovery point twice.
      Find the program that writes to ${disks.map((disk) => disk.path).join(", ")} and stop it, then run again.`;
  return new SiteRecoveryError("ResyncRequired", message, { target: itemId });
}

/**
 * Returns the cycle whose recovery point the disks of a machine that is off are equal to: `last`, the move's last delta,
 * or a resync where they differed. `failover.verify` says whether they are compared. Throws `ResyncRequired` if they
 * differ each time.
 */
export async function provenCycle(
  context: Context,
  { way, disks }: Pick<CycleOptions, "way" | "disks">,
  last: ReplicationCycle,
): Promise<ReplicationCycle> {
  const { parts, progress } = context;
  const choice = verifyChoiceOf(context);
  if (choice === "never" || (choice === "whenDoubtful" && !(await isDoubtful(context, last, disks)))) {
    progress.report(
      choice === "never"
        ? "the disks are not compared with the recovery point: what no change log knows of would be lost"
        : "the hypervisor has tracked every write since the recovery point before: nothing is lost",
    );
    return last;
  }
  let newest = last;
  for (let comparison = 1; comparison <= comparisons; comparison += 1) {
    const options = { kind: "resync", way, disks, progress, keepEqual: true } as const;
    const compared = await runCycle(parts, context.item(), options);
    if (compared.pointId === newest.pointId) {
      progress.report("all disks were compared with the recovery point and are equal: nothing is lost");
      return newest;
    }
    progress.report(`${compared.blocksSent} blocks differed from the recovery point and were sent`);
    noteDifference(context, compared);
    newest = compared;
  }
  throw stillChanging(context, disks);
}
