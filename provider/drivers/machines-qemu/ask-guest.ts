/** What a guest is asked by its console, a virtio port and its agent. Each throws `JobFailed` if the answer is not the right one. */
import path from "node:path";
import { hasCode, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ReadyChannel } from "../../model/machine-definition.ts";
import { waitForWord } from "../../qemu/console-words.ts";
import type { GuestAgent } from "../../qemu/guest-agent.ts";
import { GuestConsole } from "../../qemu/guest-console.ts";
import type { ProbeWait } from "./probe-wait.ts";

const quotedLines = 10;

export function wordOf({ parts, guest, machine, signal, leftMs }: ProbeWait, word: string): Promise<string> {
  const { console } = guest;
  const isRunning = (): boolean => guest.isAlive();
  return waitForWord({
    ...{ console, machine, word: new RegExp(word) },
    ...{ timeoutMs: leftMs(), clock: parts.clock, signal, isRunning },
  });
}

export function wordOnChannel(
  { parts, guest, machine, runFolder, signal, leftMs }: ProbeWait,
  { name, success, failure }: ReadyChannel,
): Promise<string> {
  const where = `its channel ${name}`;
  const meaning = `says on ${where} that it does not work`;
  return waitForWord({
    console: new GuestConsole(parts.files, path.join(runFolder, `${name}.log`)),
    ...{ where, machine, word: new RegExp(success) },
    failures: failure === undefined ? [] : [{ pattern: new RegExp(failure), meaning }],
    ...{ timeoutMs: leftMs(), clock: parts.clock, signal },
    isRunning: () => guest.isAlive(),
  });
}

async function withAgent<T>(wait: ProbeWait, work: (agent: GuestAgent) => Promise<T>): Promise<T> {
  const agent = await wait.guest.agent({ timeoutMs: wait.leftMs(), signal: wait.signal });
  try {
    return await work(agent);
  } finally {
    agent.close();
  }
}

/** What addresses a guest says that it has; nothing if its agent does not tell. */
async function addressesOf(agent: GuestAgent, signal: AbortSignal): Promise<string> {
  try {
    const cards = await agent.networkInterfaces({ signal });
    const lines = cards.flatMap(({ name, addresses }) =>
      name === "lo"
        ? []
        : addresses.map(({ address, prefixLength }) => `\n${name} ${address}/${prefixLength}`),
    );
    return lines.join("");
  } catch (error) {
    if (!hasCode(error, "JobFailed")) throw error;
    return "";
  }
}

export function pingAgent(wait: ProbeWait): Promise<string> {
  const { signal, leftMs } = wait;
  return withAgent(wait, async (agent) => {
    await agent.ping({ timeoutMs: leftMs(), signal });
    return `it answers${await addressesOf(agent, signal)}`;
  });
}

export function checkInside(wait: ProbeWait, command: readonly string[]): Promise<string> {
  const { machine, signal, leftMs } = wait;
  return withAgent(wait, async (agent) => {
    const { exitCode, output, errorOutput } = await agent.run(command, { timeoutMs: leftMs(), signal });
    if (exitCode === 0) return output;
    const words = lastLines(`${output}\n${errorOutput}`);
    const message = said`The check in ${machine} ended with ${exitCode ?? "a signal"}: ${words}. Look at that in the
      machine, then run the drill again.`;
    throw new SiteRecoveryError("JobFailed", message, { target: machine });
  });
}

/** The end of what a program printed. */
export function lastLines(text: string): string {
  return text.trim().split("\n").slice(-quotedLines).join("\n");
}
