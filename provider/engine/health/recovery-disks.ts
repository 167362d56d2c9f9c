/** Disks of a machine that runs at the recovery side while nothing replicates from there: no cycle would tell of them. */
import type { ProtectedItem } from "../../model/item.ts";
import { currentLease } from "../../store/leases.ts";
import type { EngineParts } from "../engine-parts.ts";
import { exchangedImages, exchangedText } from "../identity/exchanged-images.ts";
import { shrunkAtRecovery } from "../identity/shrunk-at-recovery.ts";
import { unknownDisks } from "../identity/unknown-disks.ts";
import type { HealthCheck, HealthNote } from "./health-note.ts";

const critical = (code: string, text: string): HealthNote => ({ severity: "Critical", code, text });

/** They are in no recovery point, and no move takes them along. */
async function unknownNotes(parts: EngineParts, item: ProtectedItem): Promise<HealthNote[]> {
  const unknown = await unknownDisks(parts, item);
  if (unknown.length === 0) return [];
  const text =
    `its machine at the recovery side has disks that nothing replicates: ${unknown.map(({ id, path: file }) => `${id} (${file})`).join(", ")}; ` +
    "copy what is in them to a disk that is protected, or add them at the primary side after a failback, which is refused while they are in its machine.yaml";
  return [critical("DiskNotReplicated", text)];
}

function exchangedNotes(parts: EngineParts, item: ProtectedItem): HealthNote[] {
  const exchanged = exchangedImages(parts, item);
  if (exchanged.length === 0) return [];
  const text = `images at the recovery side have changed their places: ${exchangedText(exchanged)}`;
  return [critical("ImagesExchanged", text)];
}

async function shrunkNotes(parts: EngineParts, item: ProtectedItem): Promise<HealthNote[]> {
  const text = await shrunkAtRecovery(parts, item);
  return text === undefined ? [] : [critical("DiskShrunk", text)];
}

/** While a move is at work nothing is where it is to be in the end. */
export const recoveryDiskNotes: HealthCheck = async ({ parts, item }) =>
  currentLease(parts.store, item.id, parts.clock) !== undefined
    ? []
    : [
        ...(await unknownNotes(parts, item)),
        ...exchangedNotes(parts, item),
        ...(await shrunkNotes(parts, item)),
      ];
