import { SiteRecoveryError } from "../errors.ts";
import type { ChangeState, DiskOptions } from "./disk.ts";
import { settingsOf } from "./disk-settings.ts";
import type { DiskSettings } from "./disk-settings.ts";
import { readLogs } from "./read-logs.ts";

const looks = 5;

/**
 * What the change logs say, read without touching anything, whoever has the disk open. Changes that a
 * snapshot is just carrying away are counted as pending until it is completed. Throws `NotFound` when there
 * is no image.
 */
export function readChangeState(diskPath: string, options: DiskOptions = {}): ChangeState {
  const settings = settingsOf(options);
  const realPath = settings.files.realPath(diskPath);
  for (let look = 1; ; look += 1) {
    const state = lookOnce(realPath, settings);
    // An owner at work may rename a log or be half through a record just now; what lasts is no such thing.
    if (state !== undefined && (look === looks || !state.resyncReasons.includes("LogDamaged"))) return state;
    if (look === looks) {
      const message = `The change logs of ${diskPath} change faster than they can be read. Try again.`;
      throw new SiteRecoveryError("Busy", message, { target: diskPath });
    }
  }
}

function lookOnce(realPath: string, settings: DiskSettings): ChangeState | undefined {
  const { files, bootId } = settings;
  const image = files.open(realPath, "read");
  const { sizeBytes } = image.size();
  image.close();
  try {
    const logs = readLogs({ files, bootId, sizeBytes, diskPath: realPath });
    return {
      tracked: logs.trackingId !== undefined,
      pendingBlocks: logs.pending.count,
      logBytes: logs.logBytes,
      resyncRequired: logs.reasons.size > 0,
      resyncReasons: [...logs.reasons],
    };
  } catch (error) {
    if (error instanceof SiteRecoveryError && error.code === "NotFound") return undefined;
    throw error;
  }
}
