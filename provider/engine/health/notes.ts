/** All health notes of an item: one line here for each subject. */
import { applicationNotes } from "./applications.ts";
import { damageNotes } from "./damage.ts";
import type { HealthCheck, HealthFacts, HealthNote } from "./health-note.ts";
import { pauseNotes } from "./pause.ts";
import { replicationNotes } from "./replication.ts";
import { replicaNotes } from "./replica.ts";
import { resyncNotes } from "./resync.ts";
import { rpoNotes } from "./rpo.ts";
import { sourceNotes } from "./source.ts";

/** In the order in which people read them. */
const checks: readonly HealthCheck[] = [
  replicationNotes,
  pauseNotes,
  rpoNotes,
  applicationNotes,
  sourceNotes,
  resyncNotes,
  replicaNotes,
  damageNotes,
];

/** Returns what is wrong with an item now; empty if it is healthy. */
export function healthNotesOf(facts: HealthFacts): HealthNote[] {
  return checks.flatMap((check) => check(facts));
}
