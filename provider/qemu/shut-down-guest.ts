/** Ends a machine: through its guest, then through QEMU, and only then by force. */
import { isExpected, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { GuestProcess } from "./guest-process.ts";

export interface ShutDownOptions {
  /** How long the guest may take. */
  readonly withinMs: number;
  /** Whether QEMU is ended if the guest is not off by then; otherwise that is an error. */
  readonly thenForce: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What ended a machine: the guest, asked by its agent or the power button; QEMU in order; a signal; or something else
 * before any of it was needed.
 */
export type EndedBy = "agent" | "power-button" | "quit" | "kill" | "off-already";

/** Of the time that a guest has, for its agent to answer: one that does not is asked by the power button. */
const agentShare = 0.2;
const agentMsMax = 15_000;
const quitAnswerMs = 5000;
/** QEMU writes what it has in memory, dirty bitmaps among it. */
const quitMs = 30_000;
const killMs = 10_000;

/**
 * Shuts a machine down in order. Throws `JobFailed` if its guest is not off in time and is not to be forced, or if QEMU
 * cannot be ended at all.
 */
export async function shutDownGuest(guest: GuestProcess, options: ShutDownOptions): Promise<EndedBy> {
  const { withinMs, thenForce, signal } = options;
  if (!guest.isAlive()) return "off-already";
  const asked = await ask(guest, options);
  if (asked !== undefined) {
    if (await guest.hasEnded(asked.leftMs, signal)) return ended(guest, asked.by);
    if (asked.by === "agent") {
      await pressPowerButton(guest, signal);
      if (await guest.hasEnded(withinMs / 2, signal)) return ended(guest, "power-button");
    }
  }
  if (thenForce) return forceOff(guest, signal);
  const why =
    asked === undefined
      ? said`cannot be asked to shut down: it stands still, or its QEMU does not answer. Let it run`
      : said`has not shut down in ${withinMs / 1000} s. Shut it down from within`;
  const message = said`Machine ${guest.machine} ${why}, or force it off.`;
  throw new SiteRecoveryError("JobFailed", message, { target: guest.machine });
}

/** Ends QEMU without asking the guest: in order, so that dirty bitmaps are saved, or by SIGKILL if it does not answer. */
export async function forceOff(guest: GuestProcess, signal?: AbortSignal): Promise<EndedBy> {
  if (!guest.isAlive()) return "off-already";
  try {
    await guest.withPower((qmp) => qmp.execute("quit"), { timeoutMs: quitAnswerMs, signal });
    if (await guest.hasEnded(quitMs, signal)) return ended(guest, "quit");
  } catch (error) {
    signal?.throwIfAborted();
    if (!isExpected(error)) throw error;
  }
  if (!guest.isAlive()) return ended(guest, "off-already");
  guest.signal("SIGKILL");
  if (await guest.hasEnded(killMs, signal)) return ended(guest, "kill");
  const message = said`QEMU of machine ${guest.machine} (process ${guest.pid}) does not end: it may wait for a disk that
    does not answer. Look at that disk, then run again.`;
  throw new SiteRecoveryError("JobFailed", message, { target: guest.machine });
}

/** Asks the guest to go down, and how long to wait for it; `undefined` if it is in no state to. */
async function ask(
  guest: GuestProcess,
  { withinMs, signal }: ShutDownOptions,
): Promise<{ by: "agent" | "power-button"; leftMs: number } | undefined> {
  if (!(await canBeAsked(guest, signal))) return undefined;
  const agentMs = Math.min(agentMsMax, withinMs * agentShare);
  try {
    const agent = await guest.agent({ timeoutMs: agentMs, signal });
    try {
      await agent.shutDown({ signal });
      return { by: "agent", leftMs: withinMs / 2 };
    } finally {
      agent.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!isExpected(error)) throw error;
    await pressPowerButton(guest, signal);
    return { by: "power-button", leftMs: withinMs - agentMs };
  }
}

/** A guest that stands still cannot go down by itself, nor can one whose QEMU does not answer. */
async function canBeAsked(guest: GuestProcess, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    return (await guest.power({ signal })).power === "running";
  } catch (error) {
    signal?.throwIfAborted();
    if (!isExpected(error)) throw error;
    return false;
  }
}

async function pressPowerButton(guest: GuestProcess, signal: AbortSignal | undefined): Promise<void> {
  try {
    await guest.withPower((qmp) => qmp.execute("system_powerdown"), { signal });
  } catch (error) {
    // A guest that is just going off takes QEMU with it.
    signal?.throwIfAborted();
    if (!isExpected(error)) throw error;
  }
}

function ended(guest: GuestProcess, by: EndedBy): EndedBy {
  guest.removeSockets();
  return by;
}
