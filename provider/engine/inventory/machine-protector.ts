/**
 * Which engine protects a machine. Its mark in the machine's folder says so, as long as the protection lasts: two engines
 * would take each other's changes away. An engine that is gone leaves its mark, which a person takes over.
 */
import path from "node:path";
import { nameOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { MachineMark, MachineProtector } from "../../model/machine-mark.ts";
import { randomUuid } from "../../random.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { MachinePlace } from "./look-up-machine.ts";
import { said } from "../../message.ts";

/** What the mark of a machine says that this engine protects. */
export function protectorFor({ engineId, home }: EngineParts, itemId: string): MachineProtector {
  return { engineId, itemId, home: path.resolve(home.folder) };
}

/** The other engine that protects a machine, or `undefined`. */
export function otherProtector(
  { engineId }: EngineParts,
  mark: MachineMark | undefined,
): MachineProtector | undefined {
  return mark?.protectedBy && mark.protectedBy.engineId !== engineId ? mark.protectedBy : undefined;
}

/** Whether the mark says already that this engine protects the machine as the item. */
export function isProtectedAs(parts: EngineParts, mark: MachineMark | undefined, itemId: string): boolean {
  const protector = mark?.protectedBy;
  return protector?.engineId === parts.engineId && sameId(protector.itemId ?? "", itemId);
}

/** `another engine (1b2…, home /srv/dr) protects it as web1`. */
export function describeProtector({ engineId, itemId, home }: MachineProtector): string {
  const as = itemId === undefined ? "has taken it over" : `protects it as ${nameOf(itemId)}`;
  return `another engine (${engineId}, home ${home}) ${as}`;
}

/** What a person types to take a machine over. */
export function takeOverCommand(folder: string): string {
  return `siterecovery take-over-machine ${/\s/.test(folder) ? JSON.stringify(folder) : folder}`;
}

/** Throws `ActionNotAllowed` if another engine protects the machine. */
export function requireNoOtherProtector(parts: EngineParts, itemId: string, place: MachinePlace): void {
  const other = otherProtector(parts, place.mark);
  if (other === undefined) return;
  const message = said`${nameOf(itemId)} cannot use the machine ${place.name}: ${describeProtector(other)}. Two engines
      would take each other's changes away. Disable protection there; if that engine is gone, or is to lose the
      machine, run \`${takeOverCommand(place.folder)}\` and repeat this.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
}

/** Takes this engine's mark of an item's protection off a machine. Other marks stay. */
export async function unmarkProtection(
  parts: EngineParts,
  { folder, mark }: MachinePlace,
  itemId: string,
): Promise<void> {
  if (mark === undefined || !isProtectedAs(parts, mark, itemId)) return;
  const { protectedBy: _over, ...rest } = mark;
  await parts.machines.setMark(folder, rest);
}

/**
 * Makes a machine that another engine protects this engine's, which may protect it from then on; the other one's cycles
 * are refused. Returns the former protector. Throws `NotFound` for a folder without a machine, and `ActionNotAllowed` if
 * no other engine protects it.
 */
export async function takeOverMachine(parts: EngineParts, folder: string): Promise<MachineProtector> {
  if (!(await parts.machines.exists(folder))) {
    const message = said`There is no machine in ${folder}. Name the folder with its machine.yaml.`;
    throw new SiteRecoveryError("NotFound", message, { target: folder });
  }
  const mark = await parts.machines.markOf(folder);
  const other = otherProtector(parts, mark);
  if (other === undefined) {
    const message = said`No other engine protects the machine in ${folder}: there is nothing to take over.`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: folder });
  }
  const { engineId, home } = parts;
  const protectedBy = { engineId, home: path.resolve(home.folder) };
  await parts.machines.setMark(folder, { machineId: randomUuid(parts.random), ...mark, protectedBy });
  return other;
}
