/** One thing that was asked of a machine after its start, and was as it should be. */
export interface GuestProbe {
  /** What was asked, as people read it: `word on the console`, `GET :80/health`. */
  readonly name: string;
  readonly kind: "console" | "agent" | "channel" | "tcp" | "http" | "check" | "script";
  /** When it had its answer, in milliseconds since 1970. */
  readonly passedAt: number;
  /** The same from the beginning of the wait on. */
  readonly afterSeconds: number;
  /** What the answer was, shortened. */
  readonly output: string;
}

/** What the guest of a machine has said of itself after its start. */
export interface GuestEvidence {
  readonly readyAfterSeconds: number;
  /** In the order in which they were asked. */
  readonly probes: readonly GuestProbe[];
  /** The line of the console with the word that was waited for. */
  readonly word?: string;
  /** The last lines of the console. */
  readonly consoleLines: readonly string[];
}
