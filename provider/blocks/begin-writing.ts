/**
 * Asks Linux to begin writing what of a file is only in memory: `sync_file_range`. By itself the kernel waits for half a
 * minute, or until a tenth of the memory is to be written, and a sync after a long copy then waits for all of it. Nothing
 * is durable by it, so nothing is done where it cannot be had, and what it answers does not matter: the sync reports a
 * failure to write.
 */
import { nativeCall } from "./native-library.ts";

/** SYNC_FILE_RANGE_WRITE: begin, and do not wait. */
const begin = 2;

const syncFileRange = nativeCall("int sync_file_range(int, int64_t, int64_t, unsigned int)");

export function beginWriting(descriptor: number, position: number, lengthBytes: number): void {
  if (process.platform === "linux") syncFileRange()?.(descriptor, position, lengthBytes, begin);
}
