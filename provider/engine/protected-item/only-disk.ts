import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { ProtectedItem } from "./item.ts";
import { said } from "../../message.ts";

/** The disk that is wanted, or the only one that there is. Throws `InvalidInput`, naming those there are. */
export function onlyDisk(item: ProtectedItem, wanted: string | undefined): string {
  const ids = item.details.disks.map((disk) => disk.id);
  const found = wanted ?? (ids.length === 1 ? ids[0] : undefined);
  if (found !== undefined && ids.includes(found)) return found;
  const what = wanted === undefined ? "has several disks" : `has no disk "${wanted}"`;
  const message = said`${nameOf(item.id)} ${what}. Name one of them with --disk: ${ids.join(", ")}.`;
  throw new SiteRecoveryError("InvalidInput", message, { target: item.id, property: "diskId" });
}
