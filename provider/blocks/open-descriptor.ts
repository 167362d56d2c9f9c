import fs from "node:fs";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";

export type OpenMode = "read" | "readWrite" | "createNew" | "createOrOpen";

const flagsOf: Record<OpenMode, number> = {
  read: fs.constants.O_RDONLY,
  readWrite: fs.constants.O_RDWR,
  createNew: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
  createOrOpen: fs.constants.O_RDWR | fs.constants.O_CREAT,
};

/**
 * Opens a file without waiting: a named pipe in a file's place would wait for ever, and take every signal with it. A block
 * device is taken for a file.
 */
export function openDescriptor(filePath: string, mode: OpenMode): number {
  // Windows has no such flag.
  const withoutWaiting = (fs.constants.O_NONBLOCK as number | undefined) ?? 0;
  const descriptor = fs.openSync(filePath, flagsOf[mode] | withoutWaiting, 0o600);
  const stat = fs.fstatSync(descriptor);
  if (stat.isFile() || stat.isBlockDevice()) return descriptor;
  fs.closeSync(descriptor);
  const message = said`Cannot open ${filePath}: it is ${kindOf(stat)} and no file. Put the file back, and run again.`;
  throw new SiteRecoveryError("IoFailed", message, { target: filePath });
}

function kindOf(stat: fs.Stats): string {
  if (stat.isDirectory()) return "a folder";
  return stat.isFIFO() ? "a named pipe" : "a device";
}
