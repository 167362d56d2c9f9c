/** Starts domains, and shuts them down: by the guest's agent, then by the power button, then by force. */
import type { Clock } from "../../clock.ts";
import { hasCode, isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { DomainPlace } from "./domain-place.ts";
import { virsh, VirshRefusal } from "./virsh.ts";

const pollMs = 500;

/** In words of libvirt, such as `running`, `paused` or `shut off`. */
export async function domainState(clock: Clock, { uri, uuid }: DomainPlace): Promise<string> {
  return virsh(clock, uri, ["domstate", uuid]);
}

/** Whether no QEMU has the domain's disks open. A guest that stands still has them. */
export async function isOff(clock: Clock, place: DomainPlace): Promise<boolean> {
  const state = await domainState(clock, place);
  return state === "shut off" || state === "crashed";
}

/** Running already is fine. */
export async function startDomain(
  clock: Clock,
  place: DomainPlace,
  words: readonly string[] = [],
): Promise<void> {
  try {
    await virsh(clock, place.uri, ["start", place.uuid, ...words]);
  } catch (error) {
    if (error instanceof VirshRefusal && /already active/i.test(error.why)) return;
    if (!(error instanceof VirshRefusal)) throw error;
    const message = said`The domain ${place.place} does not start: ${error.why}.`;
    throw new SiteRecoveryError("JobFailed", message, { target: place.place, cause: error });
  }
}

/** Ends QEMU, which stores its bitmaps when it is asked so; one that does not listen is killed. Off already is fine. */
export async function forceOff(clock: Clock, place: DomainPlace): Promise<void> {
  for (const words of [["--graceful"], []]) {
    try {
      await virsh(clock, place.uri, ["destroy", place.uuid, ...words]);
      return;
    } catch (error) {
      if (!(error instanceof VirshRefusal)) throw error;
      if (await isOff(clock, place)) return;
    }
  }
  const message = said`The domain ${place.place} cannot be ended. Look at its QEMU, then run again.`;
  throw new SiteRecoveryError("JobFailed", message, { target: place.place });
}

/**
 * Off already is fine. A guest that stands still cannot shut down, and is ended. `askedMs` is how long it may take after each
 * way of asking.
 */
export async function shutDownDomain(clock: Clock, place: DomainPlace, askedMs: number): Promise<void> {
  const state = await domainState(clock, place);
  if (state === "running" || state === "in shutdown" || state === "idle") {
    for (const mode of ["agent", "acpi"]) {
      if (await isOff(clock, place)) return;
      if ((await asked(clock, place, mode)) && (await isOffWithin(clock, place, askedMs))) return;
    }
  }
  if (!(await isOff(clock, place))) await forceOff(clock, place);
}

/** False if the guest could not be asked so. */
async function asked(clock: Clock, { uri, uuid }: DomainPlace, mode: string): Promise<boolean> {
  try {
    await virsh(clock, uri, ["shutdown", uuid, "--mode", mode]);
    return true;
  } catch (error) {
    // An agent that has begun the shutdown may not live to say so; the next look at the domain tells.
    if (!isExpected(error) || hasCode(error, "SourceUnreachable", "PrerequisitesNotMet")) throw error;
    return false;
  }
}

async function isOffWithin(clock: Clock, place: DomainPlace, milliseconds: number): Promise<boolean> {
  const end = clock.monotonic() + milliseconds;
  while (!(await isOff(clock, place))) {
    if (clock.monotonic() >= end) return false;
    await clock.sleep(pollMs);
  }
  return true;
}
