import type { LeaseHolder } from "../engine/engine.ts";
import type { LeaseJson } from "./json/status.ts";
import { isoTime } from "./times.ts";

export function leaseJson(lease: LeaseHolder | undefined): LeaseJson | null {
  if (lease === undefined) return null;
  const { purpose, host, pid, epoch, takenAt, expiresAt } = lease;
  return { purpose, host, pid, epoch, takenAt: isoTime(takenAt), expiresAt: isoTime(expiresAt) };
}
