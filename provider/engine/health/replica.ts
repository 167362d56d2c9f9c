import { hasCode } from "../../errors.ts";
import { brokenPointsOf } from "../../replica/broken-layers.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { brokenText, type ReplicaDoubt, replicaDoubtOf } from "../replication/replica-doubt.ts";
import { ledgerOf } from "../replication/replica-ledger.ts";
import type { HealthCheck, HealthFacts, HealthNote } from "./health-note.ts";

/** The target is not what was written to it: other points, fewer points, or layer files that are gone. */
export const replicaNotes: HealthCheck = async (facts) => {
  if (facts.replicas === undefined) return [];
  const { replicaId } = relationshipOf(facts.item);
  const machine = await facts.replicas.machine(replicaId);
  const doubt = await replicaDoubtOf(machine, ledgerOf(facts.parts.store, replicaId));
  return [
    ...(doubt === undefined ? [] : [doubtNote(facts, doubt)]),
    ...(await deletedPointNotes(machine)),
    ...(await brokenPointNotes(facts, machine)),
  ];
};

function doubtNote({ item }: HealthFacts, { kind, text, mendsItself }: ReplicaDoubt): HealthNote {
  const next = mendsItself ? "the next cycle compares both sides and mends it" : "put the right one back";
  const command = `\`siterecovery replicate ${item.details.machineName} --resync\``;
  const code = kind === "LayersMissing" ? "LayersMissing" : "ReplicaNotAsWritten";
  return { severity: "Critical", code, text: `${text}; ${next}, or run ${command}` };
}

/** Points that were deleted by hand cannot come back; it is said until retention has passed them. */
async function deletedPointNotes(machine: MachineFolder): Promise<HealthNote[]> {
  let count: number;
  try {
    count = (await machine.points.missingNames()).length;
  } catch (error) {
    // A roster that is damaged or gone is a finding of `verify`.
    if (hasCode(error, "Damaged", "NotFound")) return [];
    throw error;
  }
  if (count === 0) return [];
  const were = count === 1 ? "1 recovery point was" : `${count} recovery points were`;
  const text = `${were} deleted from ${machine.points.folder} by something other than the engine`;
  return [{ severity: "Warning", code: "RecoveryPointsDeleted", text }];
}

/** Points before the newest that lack layer files. */
async function brokenPointNotes({ points }: HealthFacts, machine: MachineFolder): Promise<HealthNote[]> {
  const broken = await brokenPointsOf(machine, points.slice(0, -1));
  const [first] = broken.values();
  if (first === undefined) return [];
  const are = broken.size === 1 ? "1 older recovery point" : `${broken.size} older recovery points`;
  const text = `${are} cannot be restored: ${brokenText(first)}; run \`siterecovery verify\` for all of them`;
  return [{ severity: "Critical", code: "LayersMissing", text }];
}
