/**
 * What a target served over the network and its clients say to each other; docs/target-protocol.md describes it. Requests
 * and answers have the header `siterecovery-protocol`, so that neither takes another program's answer for the other's.
 */

/** Grows when an older client or server would misunderstand a newer one. */
export const protocolVersion = "1";
export const protocolHeader = "siterecovery-protocol";
/** Why a request was refused, as a word for programs. */
export const problemHeader = "siterecovery-problem";
/** When an object got its name, by the server's clock, in milliseconds since 1970. */
export const modifiedHeader = "siterecovery-modified";
/** A put's own number, 32 hexadecimal digits: the server knows it again when it comes twice. */
export const putNumberHeader = "siterecovery-put";

/** The most names of a page, and of one request to remove them. */
export const pageSizeMax = 5000;
export const removedAtOnce = 1000;
/** The largest object, in bytes: 1 GiB. A server may take less. */
export const objectBytesMax = 1_073_741_824;

export const storeName = /^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** Why a request is refused, and the status that says so. */
export const problems = {
  /** The request is none of this protocol. */
  BadRequest: 400,
  BadName: 400,
  /** The body is not what its digest says, or shorter than its length. */
  BadDigest: 400,
  /** The client speaks another version of the protocol. */
  OtherVersion: 400,
  /** The certificate is not in the list of clients. */
  NotAdmitted: 403,
  /** The certificate's time is over, or has not begun. */
  NotInItsTime: 403,
  /** The client's rights or stores do not include it. */
  NotAllowed: 403,
  ReadOnly: 403,
  NoStore: 404,
  NoObject: 404,
  /** The rule of a put does not hold, or the state that is to be read is gone. */
  ConditionLost: 412,
  TooLarge: 413,
  BadRange: 416,
  Failed: 500,
  Unavailable: 503,
  NoRoom: 507,
} as const;

export type Problem = keyof typeof problems;

/** A page of a listing, in the order of names. */
export interface ListPage {
  readonly objects: readonly ListedObject[];
  /** Whether more follow. */
  readonly more: boolean;
}

export interface ListedObject {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly tag: string;
}

/** What a server says of itself and of the client that asks. */
export interface About {
  /** The server's clock, in milliseconds since 1970. */
  readonly time: number;
  readonly rights: string;
  readonly readOnly: boolean;
  readonly objectBytesMax: number;
}

/** The value of `content-digest` (RFC 9530) for a SHA-256 checksum. */
export function digestHeader(sha256: Buffer): string {
  return `sha-256=:${sha256.toString("base64")}:`;
}
