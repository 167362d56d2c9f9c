/**
 * What an owner and another process say to each other: one JSON object a line, each request answered in turn.
 *
 * A request carries the tracking id out of the disk's change log, which shows that the asker may read that
 * file; a socket in the abstract namespace has no permissions of its own.
 */
import type { ErrorCode } from "../errors.ts";
import type { SnapshotHolder } from "./held-snapshots.ts";
import type { Outcome } from "./snapshot-request.ts";

export type OwnerRequest =
  /** Is it open for writing, or only held for a moment? Asks for nothing and needs no tracking id. */
  | { readonly action: "hello" }
  | { readonly action: "freeze"; readonly trackingId: string; readonly limitMilliseconds: number }
  | {
      readonly action: "begin";
      readonly trackingId: string;
      readonly snapshotId: string;
      readonly holder: SnapshotHolder;
    }
  | { readonly action: "thaw"; readonly trackingId: string }
  | {
      readonly action: "end";
      readonly trackingId: string;
      readonly snapshotId: string;
      readonly outcome: Outcome;
    }
  | { readonly action: "reset"; readonly trackingId: string };

export interface OwnerAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: ErrorCode; readonly message: string };
}

export interface HelloResult {
  readonly processId: number;
  readonly hasWriters: boolean;
}

/** Longer than any message by far; who sends more without a line's end is cut off. */
const longestLine = 65_536;

/** Calls `onLine` for each whole line that comes in; `onFlood` when a line gets too long. */
export function splitLines(onLine: (line: string) => void, onFlood: () => void): (chunk: Buffer) => void {
  let rest = "";
  return (chunk) => {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > longestLine) onFlood();
    else for (const line of lines) onLine(line);
  };
}

/** One line of plain ASCII, so that no character can be cut in two by the transport. */
export function encodeLine(message: OwnerRequest | OwnerAnswer): string {
  const text = JSON.stringify(message);
  const ascii = text.replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${ascii}\n`;
}
