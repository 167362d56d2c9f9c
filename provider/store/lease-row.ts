/** The row of a lease, as other processes and people see it. */
import { nameOf } from "../arm-id.ts";
import { SiteRecoveryError } from "../errors.ts";
import { describeProcess } from "../process-identity.ts";
import { said } from "../message.ts";

/** How long a lease lasts that is not renewed, in milliseconds. */
export const leaseMilliseconds = 60_000;
/** A lease as other processes see it. */
export interface LeaseHolder {
  readonly epoch: number;
  readonly purpose: string;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly takenAt: number;
  /** When it ends if it is not renewed, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface LeaseRow {
  epoch: number;
  owner: string;
  purpose: string;
  taken_at: number;
  renewed_at: number;
  clock: string;
  renewed_on_clock: number;
  seen_on: string | null;
  seen_at: number | null;
}

export function holderOf(row: LeaseRow): LeaseHolder {
  const { epoch, purpose } = row;
  const expiresAt = row.renewed_at + leaseMilliseconds;
  return { epoch, purpose, ...describeProcess(row.owner), takenAt: row.taken_at, expiresAt };
}

/** The error for work that another process is at. */
export function busy(id: string, row: LeaseRow): SiteRecoveryError {
  const { purpose, host, pid, takenAt, expiresAt } = holderOf(row);
  const since = new Date(takenAt).toISOString();
  const message = said`${nameOf(id)} is busy: ${purpose} is under way (process ${pid} on ${host} since ${since}). Try again when it has ended.
      If that process is gone, its lease ends at ${new Date(expiresAt).toISOString()};
      \`siterecovery unlock ${nameOf(id)} --force\` ends it at once.`;
  return new SiteRecoveryError("Busy", message, { target: id });
}

/** The error for work that another process has taken over. */
export function lost(id: string): SiteRecoveryError {
  const message = said`This process was stopped for too long, and another one has taken over the work on ${nameOf(id)}.
      It writes nothing more. Look at \`siterecovery status\` before you run the command again.`;
  return new SiteRecoveryError("LeaseLost", message, { target: id });
}
