import { X509Certificate } from "node:crypto";

/** From here on an end of validity is warned of: 30 days. */
export const warningMilliseconds = 30 * 86_400_000;

/** Browsers and many programs take no certificate of a server that is valid for longer. */
export const certificateDaysMax = 398;

/** A certificate whose time ends soon, or has ended. */
export interface Expiry {
  /** What messages call it. */
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly isOver: boolean;
}

/** When a certificate (PEM) ends, in milliseconds since 1970. */
export function validUntil(certificate: string | X509Certificate): number {
  const { validTo } = typeof certificate === "string" ? new X509Certificate(certificate) : certificate;
  return Date.parse(validTo);
}

/** Those of the certificates that end within 30 days, or have ended. */
export function expiriesAmong(
  certificates: readonly { what: string; until: number }[],
  now: number,
): Expiry[] {
  return certificates
    .filter(({ until }) => until - now < warningMilliseconds)
    .map(({ what, until }) => ({ what, until, isOver: until <= now }));
}

/** `the certificate of x ends in 12 days (2027-01-01)`. */
export function describeExpiry({ what, until, isOver }: Expiry, now: number): string {
  const day = new Date(until).toISOString().slice(0, 10);
  const count = Math.floor(Math.abs(until - now) / 86_400_000);
  const days = count === 1 ? "1 day" : `${count} days`;
  return isOver ? `${what} ended ${days} ago (${day})` : `${what} ends in ${days} (${day})`;
}
