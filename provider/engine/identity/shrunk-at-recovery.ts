/** Disks that became smaller at the recovery side while nothing replicates from there: their machine cannot come back with them. */
import path from "node:path";
import { nameOf } from "../../arm-id.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { stateFacts } from "../../model/states.ts";
import type { EngineParts } from "../engine-parts.ts";
import { enlargeShrunk, requireNotShrunk, shrunkTexts } from "../replication/shrunk-disk.ts";
import { isStill } from "./owned-machine.ts";

interface Sizes {
  readonly before: { readonly diskId: string; readonly sizeBytes: number }[];
  readonly now: { readonly diskId: string; readonly sizeBytes: number }[];
}

async function sizesOf(parts: EngineParts, item: ProtectedItem): Promise<Sizes> {
  const { recoveryMachine: machine, disks } = item.details;
  const isOut = item.activeLocation === "recovery" && !stateFacts[item.state].replicates;
  if (
    !isOut ||
    machine === undefined ||
    !parts.machines.holdsFiles(machine.folder) ||
    !(await isStill(parts, machine))
  )
    return { before: [], now: [] };
  const now = disks.flatMap(({ id, file }) => {
    const image = path.join(machine.folder, file);
    return parts.files.exists(image) ? [{ diskId: id, sizeBytes: parts.files.facts(image).sizeBytes }] : [];
  });
  return {
    before: disks.map(({ id, sizeBytes }) => ({ diskId: id, sizeBytes })),
    now,
  };
}

/** What was found, without a full stop; `undefined` if no disk is smaller, or a cycle will tell. */
export async function shrunkAtRecovery(parts: EngineParts, item: ProtectedItem): Promise<string | undefined> {
  const { before, now } = await sizesOf(parts, item);
  const texts = shrunkTexts(before, now);
  if (texts.length === 0) return undefined;
  return `${texts.join("; ")} at the recovery side, so that ${nameOf(item.id)} cannot come back: ${enlargeShrunk}`;
}

/** Throws `PrerequisitesNotMet` for such a disk. */
export async function requireNotShrunkAtRecovery(parts: EngineParts, item: ProtectedItem): Promise<void> {
  const { before, now } = await sizesOf(parts, item);
  requireNotShrunk({ id: item.id, name: nameOf(item.id), mend: enlargeShrunk }, before, now);
}
