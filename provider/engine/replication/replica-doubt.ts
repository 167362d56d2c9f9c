/**
 * Whether a target still holds what this engine wrote to it last. A delta is added to that point only: on an older copy
 * of the target, on half of one, or on another engine's point it would make a disk that never was.
 */
import { SiteRecoveryError } from "../../errors.ts";
import type { LedgerPoint } from "../../store/replica-ledger.ts";
import { type BrokenLayer, brokenPointsOf } from "../../replica/broken-layers.ts";
import type { MachineFolder } from "../../replica/machine-folder.ts";
import type { RecoveryPoint } from "../../replica/recovery-point.ts";
import { DamagedObjectError } from "../../replica/damaged-object.ts";
import type { ReplicaLedger } from "./replica-ledger.ts";
import { said } from "../../message.ts";

/**
 * What is wrong with a replica:
 * - `Empty`: it has no recovery point any more.
 * - `Older`: its newest point is older than the one that was written last.
 * - `Newer`: it holds a point that this engine does not know.
 * - `Foreign`: its newest point has the right number and is another one.
 * - `LayersMissing`: layer files of its newest point are missing or cut short.
 * - `PointDamaged`: its newest point cannot be read.
 */
export type ReplicaDoubtKind = "Empty" | "Older" | "Newer" | "Foreign" | "LayersMissing" | "PointDamaged";

export interface ReplicaDoubt {
  readonly kind: ReplicaDoubtKind;
  /** What was found, as a sentence without a full stop. */
  readonly text: string;
  /** Whether the next cycle mends it by a resync of its own. Otherwise a person decides. */
  readonly mendsItself: boolean;
}

function timeOf(point: RecoveryPoint): string {
  return new Date(point.takenAt).toISOString();
}

function isSame(found: RecoveryPoint, known: LedgerPoint): boolean {
  if (found.id !== known.id) return false;
  const isNumberKnown = known.sequence > 0;
  return !isNumberKnown || (found.sequence === known.sequence && found.contentId === known.contentId);
}

/** Returns why nothing may be added to the replica, or `undefined` if its newest point is what this engine wrote last. */
export async function replicaDoubtOf(
  machine: MachineFolder,
  ledger: ReplicaLedger,
): Promise<ReplicaDoubt | undefined> {
  const { written, writing } = ledger.entry() ?? {};
  let newest: RecoveryPoint | undefined;
  try {
    newest = await machine.points.latest();
  } catch (error) {
    if (!(error instanceof DamagedObjectError)) throw error;
    const text = `the newest recovery point of its replica cannot be read: ${error.target}: ${error.why}`;
    return { kind: "PointDamaged", text, mendsItself: true };
  }
  if (newest === undefined) {
    // The publication of a first point may have been cut short.
    if (written === undefined) return undefined;
    const text = `its replica in ${machine.folder} has lost all of its recovery points`;
    return { kind: "Empty", text, mendsItself: true };
  }
  const known = [written, writing].filter((point) => point !== undefined);
  if (known.length === 0) return undefined;
  const isKnown = known.some((point) => isSame(newest, point));
  return isKnown ? brokenBase(machine, newest) : otherPoint(machine, newest, known[0]!);
}

function otherPoint(
  machine: MachineFolder,
  newest: RecoveryPoint,
  { sequence: last }: LedgerPoint,
): ReplicaDoubt {
  const where = `recovery point ${newest.sequence} of ${timeOf(newest)} is the newest in ${machine.folder}`;
  if (last === 0) {
    const text = `${where}, and is not the one that was written last`;
    return { kind: "Foreign", text, mendsItself: true };
  }
  if (newest.sequence < last) {
    const text = `${where}, but point ${last} was written: an older copy of the target was put back, or points were deleted`;
    return { kind: "Older", text, mendsItself: true };
  }
  const who = "another engine writes to it, or an older copy of this engine's database was put back";
  return newest.sequence > last
    ? {
        kind: "Newer",
        text: `${where}, and this engine knows of ${last} points only: ${who}`,
        mendsItself: false,
      }
    : {
        kind: "Foreign",
        text: `${where}, and is not the one that this engine wrote: ${who}`,
        mendsItself: false,
      };
}

/** "layer files are missing": how many, of which the first is named. */
export function brokenText(broken: readonly BrokenLayer[]): string {
  const [first] = broken;
  const count = broken.length;
  const are = count === 1 ? "1 layer file" : `${count} layer files`;
  return `${are} missing or cut short, such as ${first!.path}: ${first!.why}`;
}

async function brokenBase(machine: MachineFolder, newest: RecoveryPoint): Promise<ReplicaDoubt | undefined> {
  const broken = (await brokenPointsOf(machine, [newest])).get(newest.id);
  if (broken === undefined) return undefined;
  const text = `its newest recovery point cannot be restored: ${brokenText(broken)}`;
  return { kind: "LayersMissing", text, mendsItself: true };
}

/** The error that refuses a delta for a doubt that a person must decide on. */
export function deltaRefused(machineName: string, { text }: ReplicaDoubt): SiteRecoveryError {
  const message = said`The changes of ${machineName} cannot be sent: ${text}. Nothing was added to the replica. Put the right one back, or run
      \`siterecovery replicate ${machineName} --resync\` to make the replica equal to the machine.`;
  return new SiteRecoveryError("ResyncRequired", message, { target: machineName });
}
