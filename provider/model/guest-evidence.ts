/** What the guest of a machine has said of itself after its start. */
export interface GuestEvidence {
  readonly readyAfterSeconds: number;
  /** The line of the console with the word that was waited for. */
  readonly word?: string;
  /** What the check inside the guest printed; it ended with 0. */
  readonly check?: { readonly command: readonly string[]; readonly output: string };
  /** The last lines of the console. */
  readonly consoleLines: readonly string[];
}
