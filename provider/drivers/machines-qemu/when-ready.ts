/** Waits until the guest of a machine says that it works, as its `machine.yaml` wants to hear it. */
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ReadyCheck } from "../../model/machine-definition.ts";
import type { GuestEvidence } from "../../model/guest-evidence.ts";
import type { ReadyOptions } from "../../ports/machines.ts";
import { waitForWord } from "../../qemu/console-words.ts";
import type { GuestParts, GuestProcess } from "../../qemu/guest-process.ts";
import { type QemuPlace, runningGuest } from "./qemu-place.ts";

const withinSecondsDefault = 300;
const consoleLinesKept = 20;

/** Throws `JobFailed` with the last lines of the console if the guest does not, or says that it does not. */
export async function whenReady(
  parts: GuestParts,
  place: QemuPlace,
  { signal, report }: ReadyOptions,
): Promise<GuestEvidence | undefined> {
  const { name, ready } = place.definition;
  if (ready === undefined) return undefined;
  const guest = runningGuest(parts, place);
  if (guest === undefined) throw notRunning(name);
  const timeoutMs = (ready.withinSeconds ?? withinSecondsDefault) * 1000;
  const began = parts.clock.monotonic();
  const left = (): number => Math.max(1000, timeoutMs - (parts.clock.monotonic() - began));
  report?.(`wait for the word of ${name}, ${timeoutMs / 1000} s at most`);
  const word =
    ready.console === undefined ? undefined : await wordOf(parts, guest, ready.console, left(), signal);
  const check = ready.check && (await checkIn(guest, name, ready.check, left(), signal));
  return {
    readyAfterSeconds: Math.round((parts.clock.monotonic() - began) / 100) / 10,
    ...(word === undefined ? {} : { word }),
    ...(check === undefined ? {} : { check }),
    consoleLines: guest.console.lastLines(consoleLinesKept),
  };
}

function wordOf(
  { clock }: GuestParts,
  guest: GuestProcess,
  word: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { console, machine } = guest;
  const isRunning = (): boolean => guest.isAlive();
  return waitForWord({ console, machine, word: new RegExp(word), timeoutMs, clock, signal, isRunning });
}

async function checkIn(
  guest: GuestProcess,
  name: string,
  command: NonNullable<ReadyCheck["check"]>,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<NonNullable<GuestEvidence["check"]>> {
  const agent = await guest.agent({ timeoutMs, signal });
  try {
    const { exitCode, output, errorOutput } = await agent.run(command, { timeoutMs, signal });
    if (exitCode === 0) return { command, output };
    const words = `${output}\n${errorOutput}`.trim().split("\n").slice(-10).join("\n");
    const message = said`The check in ${name} ended with ${exitCode}: ${words}. Look at that in the machine, then run the drill again.`;
    throw new SiteRecoveryError("JobFailed", message, { target: name });
  } finally {
    agent.close();
  }
}

function notRunning(name: string): SiteRecoveryError {
  const message = said`Machine ${name} does not run, so its guest cannot be asked. Start it first.`;
  return new SiteRecoveryError("JobFailed", message, { target: name });
}
