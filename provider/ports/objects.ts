/**
 * Where replicas are kept: named objects that are written whole and read in ranges. A folder, a container of Azure
 * Storage and an S3 bucket are drivers of it; all of them pass one contract suite (test/conformance/objects).
 *
 * Names are relative, with `/` between their parts: lower-case letters, digits, `.` and `-`. No object has the name of
 * another one up to a `/`. Nothing can be appended, renamed or written in part.
 *
 * Every method may throw, with the place in the message and never a secret:
 *   `TargetUnreachable`    the line, the server or the permission is away; it may come back by itself
 *   `DiskFull`             there is no room, or a quota is used up
 *   `InUse`                the object is kept by a retention lock; the message says until when
 *   `InvalidInput`         the name cannot be an object's; found out before anything is changed
 *   `IoFailed`             anything else that the server answers
 *   `Cancelled`            the signal was aborted
 */
import type { FileSystem } from "../blocks/file-system.ts";
import type { ObjectsAddress } from "../store-address.ts";

export type { ObjectsAddress } from "../store-address.ts";

/**
 * Names one state of one object. Two states of an object have two tags if their contents differ. Whether a state that
 * comes back has the tag that it had is the driver's: in a folder it has another one, in S3 the same.
 */
export type Tag = string;

export interface ObjectFacts {
  readonly name: string;
  readonly sizeBytes: number;
  /** By the server's clock, in milliseconds since 1970. */
  readonly modifiedAt: number;
  readonly tag: Tag;
}

/**
 * A file on this computer that is to become an object. What it holds is on the device already. It is gone when it has
 * become one; what fails leaves it as it is, or takes it away.
 */
export interface LocalFile {
  readonly files: FileSystem;
  readonly path: string;
  readonly sizeBytes: number;
}

export type Body = Uint8Array | LocalFile;

/**
 * `ifAbsent`: only if there is no object of the name. `ifTag`: only in place of this very state. `replace`: whatever is
 * there.
 */
export type PutRule = "ifAbsent" | "replace" | { readonly ifTag: Tag };

export interface PutOptions {
  readonly signal?: AbortSignal;
  /** Called with a number of bytes before they go; they go when it resolves. Retries are not asked for again. */
  readonly pace?: (bytes: number) => Promise<void>;
  /** Until when the object cannot be removed or replaced, in milliseconds since 1970. Needs `traits.retentionLock`. */
  readonly lockedUntil?: number;
  /** Replaces what is locked as well: its former state stays as a version of its own, which the lock keeps. */
  readonly keepsFormer?: boolean;
  /** Its holder must hold it still when the object gets its name. Throws `LeaseLost`, and puts nothing. */
  readonly claim?: Claim;
}

/** One state of an object, open for reading: what is put in its place meanwhile is not seen. */
export interface ObjectReader extends ObjectFacts {
  /**
   * Fills as much of `into` as the object has from `position` on; resolves to the bytes read. Throws `Damaged` when the
   * state that was opened can be read no more.
   */
  read(into: Uint8Array, position: number, signal?: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

export interface ObjectsTraits {
  /** The largest object, in bytes. */
  readonly objectBytesMax: number;
  /** Requests at once that are worth it. */
  readonly parallel: number;
  /** Whether objects can be locked until an instant. */
  readonly retentionLock: boolean;
  /** Whether the identity that writes here may remove objects. If not, `remove` throws `InUse`, and clean-up is left to others. */
  readonly mayRemove: boolean;
}

export interface Objects {
  /** What messages call it: a folder, or a URL without secrets. */
  readonly place: string;
  readonly traits: ObjectsTraits;
  /** `undefined` if it works on this thread only. */
  readonly address: ObjectsAddress | undefined;
  /** What messages call an object. */
  placeOf(name: string): string;
  /** Durable when it resolves. Resolves to `lost`, and changes nothing, if the rule does not hold. */
  put(name: string, body: Body, rule: PutRule, options?: PutOptions): Promise<Tag | "lost">;
  /** The whole of a small object, or `undefined` if there is none. */
  get(name: string, signal?: AbortSignal): Promise<{ readonly bytes: Buffer; readonly tag: Tag } | undefined>;
  /** Opens an object for reads of ranges; `undefined` if there is none. */
  open(name: string, signal?: AbortSignal): Promise<ObjectReader | undefined>;
  /** `undefined` if there is no such object. */
  facts(name: string, signal?: AbortSignal): Promise<ObjectFacts | undefined>;
  /** All objects whose names begin with `prefix`, in the order of their names. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<ObjectFacts>;
  /** Durable when it resolves. An absent object is fine. */
  remove(names: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Removes what puts below a prefix have left that were cut short. Only for the holder of the prefix's claim. */
  sweep(prefix: string): Promise<void>;
  /** Makes a retention lock last longer. Throws `InvalidInput` without `traits.retentionLock`. */
  lockUntil(name: string, instant: number): Promise<void>;
  /** Until when an object is locked; `undefined` if it is not. */
  lockedUntil(name: string): Promise<number | undefined>;
  /** The server's clock, in milliseconds since 1970. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** What a copy has copied so far. */
export interface CopiedObjects {
  readonly objects: number;
  readonly bytes: number;
  /** How many there are to copy. */
  readonly objectsTotal: number;
}

/** Objects as they were at an instant. Whatever would change them throws `InvalidInput`. */
export interface PastObjects extends Objects {
  /**
   * Copies all of them within their service, durably, to names that begin with a prefix; `last` comes after all others. Can be
   * repeated: what is there already is not copied again.
   */
  copyTo(prefix: string, last: string, onCopied?: (copied: CopiedObjects) => void): Promise<CopiedObjects>;
}

/** The lease that a writer writes under. */
export interface WriterEpoch {
  readonly engineId: string;
  readonly epoch: number;
}

/** The right to write what begins with a prefix. */
export interface Claim {
  /**
   * Whether a put that has the claim among its options never takes effect after the claim was lost. Without that a put
   * may be on its way while another process takes over: what must not be written then is put by its tag.
   */
  readonly holdsPuts: boolean;
  /** Whether the former holder did not release it: what that one has sent may still arrive. */
  readonly wasTakenOver: boolean;
  /** Throws `LeaseLost` when another process has taken it over. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Who may write where, and what is being read. Claims of a process that died end by themselves. */
export interface Claims {
  /** Throws `Busy` while another process has it, and `LeaseLost` for a writer with a former epoch. */
  claim(prefix: string, writer: WriterEpoch | undefined): Promise<Claim>;
  /** Takes the claim away from a writer whose lease this one has taken over. */
  fence(prefix: string, writer: WriterEpoch): Promise<void>;
  /** Keeps a recovery point from being dropped while it is read; returns what ends that. */
  pin(prefix: string, pointId: string): Promise<() => Promise<void>>;
  pinned(prefix: string): Promise<ReadonlySet<string>>;
}
