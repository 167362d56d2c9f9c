import type { FileSystem, OpenFile } from "../../provider/blocks/file-system.ts";

/** A call of the file system's port. `create` is an `open` that may make a file. */
export type Action =
  | "open"
  | "create"
  | "read"
  | "write"
  | "sync"
  | "syncLater"
  | "truncate"
  | "size"
  | "facts"
  | "freeBytes"
  | "exists"
  | "realPath"
  | "list"
  | "makeFolder"
  | "rename"
  | "remove"
  | "syncFolder";

export interface Call {
  readonly action: Action;
  /** The file or folder that the call concerns; the old name for `rename`. */
  readonly path: string;
  /** The new name for `rename`. */
  readonly to?: string;
  /** Whether an `open` is for reading alone. */
  readonly isReading?: boolean;
  /** Stores the first half of the bytes of a `write`. */
  readonly half?: () => void;
  /** The bytes that a `read` has filled; empty before `work` was done. */
  readonly buffer?: Uint8Array;
}

/** Does `work`, which is the call itself, or something else in its place. */
export type Around = <T>(call: Call, work: () => T) => T;

/** Calls that change what the device holds, or will hold after a sync. */
export const changingActions: ReadonlySet<Action> = new Set<Action>([
  "create",
  "write",
  "sync",
  "syncLater",
  "truncate",
  "makeFolder",
  "rename",
  "remove",
  "syncFolder",
]);

function passFile(file: OpenFile, around: Around): OpenFile {
  const { path } = file;
  return {
    path,
    read: (buffer, position) => around({ action: "read", path, buffer }, () => file.read(buffer, position)),
    write: (buffer, position) => {
      const half = (): void => file.write(buffer.subarray(0, buffer.length >> 1), position);
      around({ action: "write", path, half }, () => file.write(buffer, position));
    },
    sync: () => around({ action: "sync", path }, () => file.sync()),
    syncLater: async () => around({ action: "syncLater", path }, () => file.syncLater()),
    truncate: (sizeBytes) => around({ action: "truncate", path }, () => file.truncate(sizeBytes)),
    size: () => around({ action: "size", path }, () => file.size()),
    facts: () => around({ action: "facts", path }, () => file.facts()),
    close: () => file.close(),
  };
}

/** A file system whose calls all go through `around` on their way to `inner`; only `close` does not. */
export function passCalls(inner: FileSystem, around: Around): FileSystem {
  return {
    timeStepMilliseconds: inner.timeStepMilliseconds,
    open: (path, mode) => {
      const action = mode === "createNew" || mode === "createOrOpen" ? "create" : "open";
      const call: Call = { action, path, isReading: mode === "read" };
      return passFile(
        around(call, () => inner.open(path, mode)),
        around,
      );
    },
    exists: (path) => around({ action: "exists", path }, () => inner.exists(path)),
    facts: (path) => around({ action: "facts", path }, () => inner.facts(path)),
    freeBytes: (path) => around({ action: "freeBytes", path }, () => inner.freeBytes(path)),
    // It reads and changes nothing that a fault could be in.
    isWritable: (path) => inner.isWritable(path),
    realPath: (path) => around({ action: "realPath", path }, () => inner.realPath(path)),
    list: (path) => around({ action: "list", path }, () => inner.list(path)),
    makeFolder: (path) => around({ action: "makeFolder", path }, () => inner.makeFolder(path)),
    rename: (path, to) => around({ action: "rename", path, to }, () => inner.rename(path, to)),
    renameNew: (path, to) => around({ action: "rename", path, to }, () => inner.renameNew(path, to)),
    remove: (path) => around({ action: "remove", path }, () => inner.remove(path)),
    syncFolder: (path) => around({ action: "syncFolder", path }, () => inner.syncFolder(path)),
  };
}
