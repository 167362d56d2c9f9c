/** What each question to a machine after its start has in common: which machine, and how long there is. */
import type { GuestParts, GuestProcess } from "../../qemu/guest-process.ts";

export interface ProbeWait {
  readonly parts: GuestParts;
  readonly guest: GuestProcess;
  readonly machine: string;
  readonly folder: string;
  readonly runFolder: string;
  /** `drill` for a test machine. */
  readonly purpose: "drill" | "run";
  /** Aborted when the guest has failed, or the caller no longer wants to know. */
  readonly signal: AbortSignal;
  readonly limitSeconds: number;
  /** Whether a word of the guest, and not time, says when it is up. */
  readonly isAnnounced: boolean;
  /** Of the time limit; at least a second, so that each question is asked. */
  leftMs(): number;
}
