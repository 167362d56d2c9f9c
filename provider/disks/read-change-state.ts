import { hasCode, SiteRecoveryError } from "../errors.ts";
import type { ChangeState, DiskOptions, ResyncReason } from "./disk.ts";
import { continuesFrom, lineageOf } from "./lineage.ts";
import { settingsOf } from "./disk-settings.ts";
import type { DiskSettings } from "./disk-settings.ts";
import { readLogs } from "./read-logs.ts";
import { said } from "../message.ts";

const looks = 5;
/** What a look finds as well when the owner writes between two of its steps. */
const passing: ReadonlySet<ResyncReason> = new Set(["LogDamaged", "ChangedUntracked"]);

/**
 * What the change logs and a look at the image say, read without touching anything, also while the disk is open.
 * Changes that a snapshot is just carrying away are counted as pending until it is completed. Costs the reading of
 * the logs and two calls of `stat`. Throws `NotFound` if there is no image.
 */
export function readChangeState(diskPath: string, options: DiskOptions = {}): ChangeState {
  const settings = settingsOf(options);
  const realPath = settings.files.realPath(diskPath);
  for (let look = 1; ; look += 1) {
    const state = lookOnce(realPath, settings);
    // An owner at work may rename a log or be half through a record just now; what lasts is no such thing.
    const isPassing = state?.resyncReasons.some((reason) => passing.has(reason)) ?? true;
    if (state !== undefined && (look === looks || !isPassing)) return state;
    if (look === looks) {
      const message = said`The change logs of ${diskPath} change faster than they can be read. Try again.`;
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
    const look = { facts: () => files.facts(realPath), mayWrite: true };
    const logs = readLogs({ files, bootId, sizeBytes, diskPath: realPath }, {}, look);
    return {
      tracked: logs.trackingId !== undefined,
      pendingBlocks: logs.pending.count,
      logBytes: logs.logBytes,
      resyncRequired: logs.reasons.size > 0,
      resyncReasons: [...logs.reasons],
      lineage: logs.headers[0] && lineageOf(logs.headers[0]),
      continues: (since) => continuesFrom(logs.headers, since),
    };
  } catch (error) {
    if (hasCode(error, "NotFound")) return undefined;
    throw error;
  }
}
