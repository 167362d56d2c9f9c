/**
 * A file system whose n-th call fails, for trying every n until a flow runs through. A disk without space
 * fails only calls that need some; a broken device fails any. What was cut short by the fault stays in the
 * file.
 */
import { translateFileError } from "../../provider/blocks/file-system.ts";
import type { FileSystem, OpenFile, OpenMode } from "../../provider/blocks/file-system.ts";

export interface Fault {
  /**
   * `ENOSPC`: no space. `EIO`: the device fails. `SHORT`: a write stores a part only, then there is no space.
   * `EACCES`, `ESTALE`, `EROFS`: a share that may not be used, went away or became read-only.
   */
  readonly kind: "ENOSPC" | "EIO" | "SHORT" | "EACCES" | "ESTALE" | "EROFS";
  /** The call that fails, counted from 1 among those of this kind. */
  readonly call: number;
  /** Whether all later calls of the kind fail as well, until `heal`. */
  readonly lasting?: boolean;
  /** Only calls on files whose path matches count. */
  readonly only?: RegExp;
}

type CallKind = "grow" | "write" | "other";

export class FaultyFileSystem implements FileSystem {
  readonly #inner: FileSystem;
  #fault: Fault | undefined;
  #calls = 0;
  #hits = 0;

  constructor(inner: FileSystem, fault?: Fault) {
    this.#inner = inner;
    this.#fault = fault;
  }

  /** How many calls have failed. */
  get hits(): number {
    return this.#hits;
  }

  /** The fault counts its calls from here on. */
  arm(fault: Fault): void {
    this.#fault = fault;
    this.#calls = 0;
    this.#hits = 0;
  }

  heal(): void {
    this.#fault = undefined;
  }

  open(filePath: string, mode: OpenMode): OpenFile {
    this.#meet(mode === "createNew" || mode === "createOrOpen" ? "grow" : "other", "open", filePath);
    const inner = this.#inner.open(filePath, mode);
    return {
      path: filePath,
      read: (buffer, position) => {
        this.#meet("other", "read", filePath);
        return inner.read(buffer, position);
      },
      write: (buffer, position) => {
        this.#meet("write", "write", filePath, () => {
          inner.write(buffer.subarray(0, Math.floor(buffer.length / 2)), position);
        });
        inner.write(buffer, position);
      },
      sync: () => {
        this.#meet("other", "sync", filePath);
        inner.sync();
      },
      syncLater: async () => {
        this.#meet("other", "sync", filePath);
        await inner.syncLater();
      },
      truncate: (sizeBytes) => {
        this.#meet("grow", "resize", filePath);
        inner.truncate(sizeBytes);
      },
      size: () => {
        this.#meet("other", "stat", filePath);
        return inner.size();
      },
      close: () => inner.close(),
    };
  }

  exists(filePath: string): boolean {
    return this.#inner.exists(filePath);
  }

  realPath(filePath: string): string {
    this.#meet("other", "find", filePath);
    return this.#inner.realPath(filePath);
  }

  list(folder: string): string[] {
    this.#meet("other", "list", folder);
    return this.#inner.list(folder);
  }

  makeFolder(folder: string): void {
    this.#meet("grow", "make folder", folder);
    this.#inner.makeFolder(folder);
  }

  rename(from: string, to: string): void {
    this.#meet("grow", "rename", from);
    this.#inner.rename(from, to);
  }

  remove(filePath: string): void {
    this.#meet("other", "remove", filePath);
    this.#inner.remove(filePath);
  }

  syncFolder(folder: string): void {
    this.#meet("other", "sync folder", folder);
    this.#inner.syncFolder(folder);
  }

  #meet(callKind: CallKind, action: string, filePath: string, storePart?: () => void): void {
    const fault = this.#fault;
    if (fault === undefined || fault.only?.test(filePath) === false) return;
    if (fault.kind === "ENOSPC" && callKind === "other") return;
    if (fault.kind === "SHORT" && callKind !== "write") return;
    this.#calls += 1;
    if (this.#calls !== fault.call && !(fault.lasting === true && this.#calls > fault.call)) return;
    this.#hits += 1;
    if (fault.kind === "SHORT") storePart?.();
    const code = fault.kind === "SHORT" ? "ENOSPC" : fault.kind;
    throw translateFileError(Object.assign(new Error(`injected ${code}`), { code }), action, filePath);
  }
}
