/**
 * The file `machine-id` in a machine's folder: which machine it is, which engine made the folder and what for, which
 * engine protects it, and the newest move of the machine between its two sides. It is in the folder itself, so it
 * survives renames of the folder, and an older database of the engine cannot contradict it unnoticed.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { FoundMark, MachineMark } from "../model/machine-mark.ts";

/** The file's content: the mark, and the inode of the file that it was written into. */
interface WrittenMark extends MachineMark {
  readonly inode: string;
}

const markFile = "machine-id";

/** Whether a file belongs to the mark, so that a folder with nothing else in it is empty. */
export function isMarkFile(name: string): boolean {
  return name === markFile || name === `${markFile}.new`;
}
const sizeMaxBytes = 65_536;

function damaged(file: string): SiteRecoveryError {
  const message = said`The file ${file}, which says whose machine its folder is, cannot be read. Put it back from a backup, or
      remove it if you are sure which machine is in the folder.`;
  return new SiteRecoveryError("Damaged", message, { target: file });
}

/** Returns the mark of a machine's folder, or `undefined` if it has none. Throws `Damaged` for one that cannot be read. */
export function readMark(files: FileSystem, folder: string): FoundMark | undefined {
  const file = path.join(folder, markFile);
  if (!files.exists(file)) return undefined;
  const opened = files.open(file, "read");
  try {
    const bytes = Buffer.alloc(Math.min(opened.size().sizeBytes, sizeMaxBytes));
    opened.read(bytes, 0);
    const { inode, ...mark } = JSON.parse(bytes.toString("utf8")) as Partial<WrittenMark>;
    if (typeof mark.machineId !== "string" || mark.machineId === "") throw damaged(file);
    return { ...(mark as MachineMark), isOriginal: inode === files.facts(file).inode };
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(file);
    throw error;
  } finally {
    opened.close();
  }
}

/** Writes the mark of a machine's folder, which must exist. Durable when it returns. */
export function writeMark(files: FileSystem, folder: string, mark: MachineMark): void {
  const file = path.join(folder, markFile);
  const temporary = `${file}.new`;
  files.remove(temporary);
  const opened = files.open(temporary, "createNew");
  try {
    const { machineId, madeBy, protectedBy, lastMove } = mark;
    const written: WrittenMark = {
      machineId,
      inode: files.facts(temporary).inode,
      ...(madeBy ? { madeBy } : {}),
      ...(protectedBy ? { protectedBy } : {}),
      ...(lastMove ? { lastMove } : {}),
    };
    opened.write(Buffer.from(`${JSON.stringify(written, undefined, 2)}\n`), 0);
    opened.sync();
  } finally {
    opened.close();
  }
  files.rename(temporary, file);
  files.syncFolder(folder);
}
