/** Runs `qemu-img`, which makes image files. */
import path from "node:path";
import { type Clock, systemClock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { runCommand } from "../../machines/run-command.ts";

/** Far more than it takes to make an image of 64 TiB. */
const timeoutSeconds = 120;

/**
 * Runs `qemu-img` to make `target` or look at it, and returns what it printed. Throws `DiskFull`, `Busy` if another program has it,
 * `PrerequisitesNotMet` if there is no such program, and `IoFailed` for everything else.
 */
export async function qemuImg(
  words: readonly string[],
  target: string,
  clock: Clock = systemClock,
): Promise<string> {
  const folder = path.dirname(path.resolve(target));
  const result = await runCommand({ command: ["qemu-img", ...words], folder, timeoutSeconds, clock });
  if (result.exitCode === 0) return result.output;
  const details = { target };
  if (result.startError !== undefined) {
    const message = said`Cannot run qemu-img: ${result.startError}. Install it (Debian: apt-get install qemu-utils), then run again.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, details);
  }
  const why = result.timedOut ? `it did not end in ${timeoutSeconds} s` : result.output.trim();
  if (/No space left on device|Disk quota exceeded/i.test(why)) {
    const message = said`No space left to make ${target}. Free some space, then run again.`;
    throw new SiteRecoveryError("DiskFull", message, details);
  }
  if (/Failed to get .* lock/i.test(why)) {
    const message = said`Another program has ${target}: its machine runs, or is being looked at. Wait until it is off, then run again.`;
    throw new SiteRecoveryError("Busy", message, details);
  }
  throw new SiteRecoveryError("IoFailed", said`qemu-img failed for ${target}: ${why}`, details);
}
