/**
 * A disk that became smaller than what is known of it. Virtual disks grow; one that shrinks was emptied or replaced far
 * more often than made smaller on purpose, and recovery points of it would push the good ones out. So only a resync that a
 * person asks for accepts it.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { formatBytes } from "../../format-bytes.ts";
import { said } from "../../message.ts";

interface DiskSize {
  readonly diskId: string;
  readonly sizeBytes: number;
}

/** Says for each disk that is smaller now than before what it was, as a sentence without a full stop. */
export function shrunkTexts(before: readonly DiskSize[], now: readonly DiskSize[]): string[] {
  return now.flatMap(({ diskId, sizeBytes }) => {
    const former = before.find((disk) => disk.diskId === diskId);
    if (former === undefined || former.sizeBytes <= sizeBytes) return [];
    return [`disk ${diskId} has ${formatBytes(sizeBytes)} now and had ${formatBytes(former.sizeBytes)}`];
  });
}

/** What accepts the new size. */
export const acceptShrunk = (itemName: string): string =>
  `put its image back, or accept the new size with \`siterecovery replicate --resync ${itemName}\``;

/** What is done about it where no resync goes: on the way back of a machine that does not replicate. */
export const enlargeShrunk =
  "put its image back, or, if it was made smaller on purpose, enlarge it to its former size with `truncate -s`";

/** Throws `PrerequisitesNotMet` if a disk is smaller now than before. `mend`: what a person does then. */
export function requireNotShrunk(
  item: { readonly id: string; readonly name: string; readonly mend?: string },
  before: readonly DiskSize[],
  now: readonly DiskSize[],
): void {
  const texts = shrunkTexts(before, now);
  if (texts.length === 0) return;
  const message = said`${item.name} was not replicated: ${texts.join("; ")}. Its data may be gone: ${item.mend ?? acceptShrunk(item.name)}.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: item.id });
}
