import type { IsolationEvidence } from "./isolation-evidence.ts";

/** One thing that was asked of a machine after its start, and was as it should be. */
export interface GuestProbe {
  /** What was asked, as people read it: `word on the console`, `GET :80/health`. */
  readonly name: string;
  readonly kind: "console" | "agent" | "channel" | "tcp" | "http" | "check" | "script" | "lastWrite";
  /** When it had its answer, in milliseconds since 1970. */
  readonly passedAt: number;
  /** The same from the beginning of the wait on. */
  readonly afterSeconds: number;
  /** What the answer was, shortened. */
  readonly output: string;
}

/** What was seen of a machine after its start: what its guest has said of itself, and of a test machine where its network leads. */
export interface GuestEvidence {
  readonly readyAfterSeconds: number;
  /** When it worked, in milliseconds since 1970: what is asked later says what it holds, and not whether it works. */
  readonly readyAt: number;
  /** When it last wrote something before it was started, in milliseconds since 1970. */
  readonly lastWriteAt?: number;
  /** In the order in which they were asked. */
  readonly probes: readonly GuestProbe[];
  /** The line of the console with the word that was waited for. */
  readonly word?: string;
  /** Of a test machine. */
  readonly isolation?: IsolationEvidence;
  /** The screen of a test machine, PNG as base64; absent if there is none, or it is too large. */
  readonly screenPng?: string;
  /** The last lines of the console. */
  readonly consoleLines: readonly string[];
}

/** What is kept with an item: all but the picture, which its job keeps. */
export function withoutPicture({ screenPng: _inItsJob, ...guest }: GuestEvidence): GuestEvidence {
  return guest;
}
