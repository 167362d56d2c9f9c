/**
 * Names of recovery points. An object has its point's number for a name, so that of two writers of one number only one can
 * put it: the number is the fence. The roster and everything else name a point by number and id, as objects did before
 * format 2.
 */
import type { PointIdentity } from "./recovery-point.ts";

const digits = 12;

/** `000000000042-<id>.point`: what the roster calls a point. Names sort by number. */
export function pointNameOf({ sequence, id }: Pick<PointIdentity, "sequence" | "id">): string {
  return `${numberText(sequence)}-${id}.point`;
}

/** `000000000042.point`: what the object of a point of this name is called. */
export function pointObjectName(name: string): string {
  return `${name.slice(0, digits)}.point`;
}

/** A name for the point in an object that was not, or cannot be, read. No point has the id. */
export function unreadPointName(sequence: number): string {
  return pointNameOf({ sequence, id: `00000000-0000-0000-0000-${numberText(sequence)}` });
}

export function isUnread(name: string): boolean {
  return name === unreadPointName(sequenceOf(name));
}

/** Whether an object has the name that points had before format 2. */
export function isNameOfFormat1(objectName: string): boolean {
  return /^\d{12}-[0-9a-f-]{36}\.point$/.test(objectName);
}

/** The number in the name of a point's object; `undefined` if it is no such name. */
export function sequenceOfObject(objectName: string): number | undefined {
  return /^\d{12}\.point$/.test(objectName) ? sequenceOf(objectName) : undefined;
}

/** The recovery point's number, from its name. */
export function sequenceOf(name: string): number {
  return Number(name.slice(0, digits));
}

/** The recovery point's id, from its name. */
export function pointIdOf(name: string): string {
  return name.slice(digits + 1, -".point".length);
}

function numberText(sequence: number): string {
  return String(sequence).padStart(digits, "0");
}
