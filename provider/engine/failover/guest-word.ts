/** What the guest of a machine that a move has started says of itself, where its definition asks it (`ready`). */
import { nameOf } from "../../arm-id.ts";
import { hasCode, messageOf } from "../../errors.ts";
import type { GuestEvidence } from "../../model/guest-evidence.ts";
import type { Progress } from "../../progress.ts";
import { addEvent } from "../../store/events.ts";
import type { EngineParts } from "../engine-parts.ts";

/** Of a drill, which proves nothing without it. Throws `JobFailed` with the console's last lines. */
export function requireGuest(
  parts: EngineParts,
  folder: string,
  progress: Progress,
): Promise<GuestEvidence | undefined> {
  const report = (line: string): void => progress.report(line);
  return parts.machines.whenReady(folder, { signal: progress.signal, report });
}

/**
 * Of a move: the machine runs at its side whatever its guest says, so a guest that does not work is told and kept as an
 * event, and fails nothing.
 */
export async function hearGuest(
  parts: EngineParts,
  { folder, itemId }: { readonly folder: string; readonly itemId: string },
  progress: Progress,
): Promise<GuestEvidence | undefined> {
  try {
    return await requireGuest(parts, folder, progress);
  } catch (error) {
    if (!hasCode(error, "JobFailed", "SourceUnreachable")) throw error;
    const text = `${nameOf(itemId)} was started, and its guest does not say that it works: ${messageOf(error)}`;
    progress.report(text);
    parts.store.transaction(() =>
      addEvent(parts.store, {
        type: "VmHealth",
        code: "GuestSilent",
        severity: "Warning",
        description: text,
        targetId: itemId,
        at: parts.clock.now(),
      }),
    );
    return undefined;
  }
}
