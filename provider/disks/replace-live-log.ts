import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { LiveLog, liveLogPath, newLogPath, sealedLogPath } from "./change-log.ts";
import type { ChangeLogHeader, ChangeRecord } from "./change-log-format.ts";
import type { ImageState } from "./image-state.ts";

export interface LogReplacement {
  readonly files: FileSystem;
  readonly diskPath: string;
  readonly header: ChangeLogHeader;
  readonly records: readonly ChangeRecord[];
  readonly image: Omit<ImageState, "count">;
  /** The number under which the present live log is kept, when there is one. */
  readonly sealedNumber: number | undefined;
  readonly durable: boolean;
}

/**
 * Puts the live log aside and a new one in its place. After a kill between the two there is no live log, only
 * sealed ones: opening the disk begins a new one.
 */
export function replaceLiveLog(replacement: LogReplacement): LiveLog {
  const { files, diskPath, sealedNumber } = replacement;
  const log = LiveLog.create(files, newLogPath(diskPath), replacement.header, replacement.image);
  try {
    for (const record of replacement.records) log.append(record);
    if (replacement.durable) log.sync();
    if (sealedNumber !== undefined) {
      files.rename(liveLogPath(diskPath), sealedLogPath(diskPath, sealedNumber));
      // A power cut that kept only the second rename would take the old log away with its changes.
      if (replacement.durable) files.syncFolder(path.dirname(diskPath));
    }
    files.rename(newLogPath(diskPath), liveLogPath(diskPath));
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
}
