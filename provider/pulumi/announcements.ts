import { nameOf } from "../arm-id.ts";
import type { DiffAnswer, PropertyChange } from "../handlers/handler.ts";
import type { Notice } from "../handlers/notice.ts";

function shown(value: unknown): string {
  if (value === undefined) return "not set";
  return typeof value === "string" ? `"${value}"` : JSON.stringify(value);
}

function driftSentence({ property, from, to }: PropertyChange): string {
  return `${property} has drifted: it is ${shown(from)}, the program says ${shown(to)}; an update sets it back`;
}

/**
 * What to tell of a diff beside that there is one: which property drifted from what to what, since Pulumi shows
 * changes of the program only, and what an update would do. Each has the resource's name in it, since
 * `pulumi preview --diff` shows the text alone.
 */
export function announcements(id: string, { changes, notices }: DiffAnswer): Notice[] {
  const drift = changes
    .filter(({ cause }) => cause === "drift")
    .map((change) => ({ severity: "warning" as const, text: driftSentence(change) }));
  return [...drift, ...notices].map((one) => announcement(id, one));
}

/** A notice with the resource's name in it. */
export function announcement(id: string, { severity, text }: Notice): Notice {
  return { severity, text: text.includes(nameOf(id)) ? text : `${nameOf(id)}: ${text}` };
}
