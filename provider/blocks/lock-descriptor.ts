/**
 * A lock on an open file that the kernel keeps: `flock`. It belongs to the file itself, so it holds whatever name a
 * process calls the file by, in each container and namespace of the computer. It ends with the descriptor: when it is
 * closed, or when its process ends, however it ends.
 */
import { nativeCall } from "./native-library.ts";

/** `unsupported`: no native library, Windows, or a file system without such locks. */
export type LockAnswer = "taken" | "busy" | "unsupported";

/** LOCK_EX, a lock for one alone, and LOCK_NB, which does not wait; the same on each system. */
const exclusiveWithoutWaiting = 2 | 4;
/** EWOULDBLOCK: another process has the lock. */
const wouldBlock: Partial<Record<NodeJS.Platform, number>> = { linux: 11, darwin: 35, freebsd: 35 };

const flock = nativeCall("int flock(int, int)");

export function lockDescriptor(descriptor: number): LockAnswer {
  const call = flock();
  if (call === undefined) return "unsupported";
  const { result, errno } = call(descriptor, exclusiveWithoutWaiting);
  if (result === 0) return "taken";
  return errno === wouldBlock[process.platform] ? "busy" : "unsupported";
}
