/** Which log continues which: the identity of a log, and whether a row of logs has everything since one of them. */
import { createHash } from "node:crypto";
import type { ChangeLogHeader } from "./change-log-format.ts";
import { isSameLineage, type Lineage } from "../model/lineage.ts";

/** The lineage that a log begins; `undefined` for a log of an earlier version, which has no id of its own. */
export function lineageOf({ trackingId, logNumber, logId }: ChangeLogHeader): Lineage | undefined {
  if (logId === undefined) return undefined;
  // The tracking id is what owners check askers by, so it is never kept anywhere else.
  const tracker = createHash("sha256").update(trackingId).digest("hex").slice(0, 32);
  return { tracker, generation: logNumber, logId };
}

/** Whether one of the logs, oldest first, began `since` and those after it follow without a gap. */
export function continuesFrom(headers: readonly (ChangeLogHeader | undefined)[], since: Lineage): boolean {
  const start = headers.findIndex(
    (header) => header !== undefined && isSameLineage(lineageOf(header), since),
  );
  if (start === -1) return false;
  return headers.slice(start).every((header, index) => header?.logNumber === since.generation + index);
}
