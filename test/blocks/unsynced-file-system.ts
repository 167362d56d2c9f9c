import { type FileSystem, localFileSystem } from "../../provider/blocks/file-system.ts";
import { type Around, passCalls } from "./pass-calls.ts";

const syncs: ReadonlySet<string> = new Set(["sync", "syncLater", "syncFolder"]);

const withoutSyncs: Around = (call, work) => (syncs.has(call.action) ? (undefined as never) : work());

/** The machine's file system without waiting for the device: for tests in which no power is cut. */
export const unsyncedFileSystem: FileSystem = {
  ...passCalls(localFileSystem, withoutSyncs),
  // A test in which another program writes does so in a later tick.
  timeStepMilliseconds: 0,
};
