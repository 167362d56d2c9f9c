/** The file system and the clock of a process that can be killed: every call is counted, and may be its last. */
import { type FileSystem, localFileSystem, type OpenFile } from "../../provider/blocks/file-system.ts";
import type { Clock } from "../../provider/clock.ts";

interface Caller {
  call(half?: () => void): void;
  yield(): Promise<void>;
}

/** A kill loses nothing that the system has been given: syncs wait for no device, but let others have their turn. */
function countedFile(caller: Caller, file: OpenFile): OpenFile {
  return {
    path: file.path,
    read: (buffer, position) => {
      caller.call();
      return file.read(buffer, position);
    },
    write: (buffer, position) => {
      caller.call(() => file.write(buffer.subarray(0, buffer.length / 2), position));
      file.write(buffer, position);
    },
    sync: () => caller.call(),
    syncLater: async () => {
      caller.call();
      await caller.yield();
      caller.call();
    },
    truncate: (sizeBytes) => {
      caller.call();
      file.truncate(sizeBytes);
    },
    size: () => {
      caller.call();
      return file.size();
    },
    // The system closes the files of a dead process.
    close: () => file.close(),
  };
}

export function countedFiles(caller: Caller): FileSystem {
  const counted =
    <Given extends unknown[], Result>(work: (...given: Given) => Result) =>
    (...given: Given): Result => {
      caller.call();
      return work(...given);
    };
  return {
    open: counted((filePath, mode) => countedFile(caller, localFileSystem.open(filePath, mode))),
    exists: counted(localFileSystem.exists),
    realPath: counted(localFileSystem.realPath),
    list: counted(localFileSystem.list),
    makeFolder: counted(localFileSystem.makeFolder),
    rename: counted(localFileSystem.rename),
    remove: counted(localFileSystem.remove),
    syncFolder: () => caller.call(),
  };
}

export function countedClock(caller: Caller, clock: Clock): Clock {
  return {
    now: () => {
      caller.call();
      return clock.now();
    },
    monotonic: () => clock.monotonic(),
    sleep: async (milliseconds, signal) => {
      caller.call();
      await clock.sleep(milliseconds, signal);
      await caller.yield();
      caller.call();
    },
  };
}
