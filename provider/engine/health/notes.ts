/** All health notes of an item: one line here for each subject. */
import { isExpected } from "../../errors.ts";
import { applicationNotes } from "./applications.ts";
import { certificateNotes } from "./certificates.ts";
import { clockNotes } from "./clock.ts";
import { damageNotes } from "./damage.ts";
import { hardwareNotes } from "./hardware.ts";
import type { HealthCheck, HealthFacts, HealthNote } from "./health-note.ts";
import { interruptedJobNotes } from "./interrupted-job.ts";
import { machineNotes } from "./machines.ts";
import { movingDiskNotes } from "./moving-disks.ts";
import { pauseNotes } from "./pause.ts";
import { replicationNotes } from "./replication.ts";
import { planRunNotes } from "./plan-run.ts";
import { replicaNotes } from "./replica.ts";
import { recoveryDiskNotes } from "./recovery-disks.ts";
import { recoveryPlaceNotes } from "./recovery-place.ts";
import { resyncNotes } from "./resync.ts";
import { retentionNotes } from "./retention.ts";
import { rpoNotes } from "./rpo.ts";
import { sourceNotes } from "./source.ts";
import { storageNotes } from "./storage.ts";
import { sourceDiskNotes } from "./source-disks.ts";
import { targetNotes } from "./target.ts";

/** In the order in which people read them. */
const checks: readonly HealthCheck[] = [
  targetNotes,
  certificateNotes,
  replicationNotes,
  pauseNotes,
  rpoNotes,
  applicationNotes,
  sourceNotes,
  interruptedJobNotes,
  machineNotes,
  recoveryDiskNotes,
  recoveryPlaceNotes,
  movingDiskNotes,
  hardwareNotes,
  sourceDiskNotes,
  planRunNotes,
  resyncNotes,
  replicaNotes,
  storageNotes,
  damageNotes,
  retentionNotes,
  clockNotes,
];

/** Returns what is wrong with an item now; empty if it is healthy. */
export async function healthNotesOf(facts: HealthFacts): Promise<HealthNote[]> {
  const all = await Array.fromAsync(checks, async (check): Promise<readonly HealthNote[]> => {
    try {
      return await check(facts);
    } catch (error) {
      // A part of the world that is away hides what this check looks at, and none of the other notes.
      if (!isExpected(error)) throw error;
      const text = `a part of its health is not known: ${error.message.replace(/\.$/, "")}`;
      return [{ severity: "Warning", code: "HealthUnknown", text }];
    }
  });
  // Several checks may fail at the same file.
  const notes = all.flat();
  return notes.filter(
    (note, index) => notes.findIndex(({ code, text }) => code === note.code && text === note.text) === index,
  );
}
