/** What a machine is asked after its start, by its `ready`, in the order in which it is asked. */
import { SiteRecoveryError } from "../../errors.ts";
import { runCommand } from "../../machines/run-command.ts";
import { said } from "../../message.ts";
import type { GuestProbe } from "../../model/guest-evidence.ts";
import type { ReadyCheck, ReadyScript } from "../../model/machine-definition.ts";
import { checkInside, lastLines, pingAgent, wordOf, wordOnChannel } from "./ask-guest.ts";
import { probePage, probePort } from "./probe-network.ts";
import type { ProbeWait } from "./probe-wait.ts";

export interface Probe {
  readonly kind: GuestProbe["kind"];
  readonly name: string;
  /** What the answer was. Throws `JobFailed` if it was not the right one, or none came in time. */
  ask(wait: ProbeWait): Promise<string>;
}

const scriptSecondsDefault = 60;

export function probesOf(ready: ReadyCheck): Probe[] {
  const { console, agent, channel, tcp, http, check, script } = ready;
  const probes: (Probe | false)[] = [
    console !== undefined && {
      kind: "console",
      name: "word on the console",
      ask: (wait) => wordOf(wait, console),
    },
    agent === true && { kind: "agent", name: "the guest agent answers", ask: pingAgent },
    channel !== undefined && {
      kind: "channel",
      name: `word on the channel ${channel.name}`,
      ask: (wait) => wordOnChannel(wait, channel),
    },
    tcp !== undefined && {
      kind: "tcp",
      name: `port ${tcp.port}`,
      ask: (wait) => probePort(wait, tcp.port),
    },
    http !== undefined && {
      kind: "http",
      name: `GET :${http.port}${http.path ?? "/"}`,
      ask: (wait) => probePage(wait, http),
    },
    check !== undefined && { kind: "check", name: check.join(" "), ask: (wait) => checkInside(wait, check) },
    script !== undefined && {
      kind: "script",
      name: script.command.join(" "),
      ask: (wait) => runScript(wait, script),
    },
  ];
  return probes.filter((probe) => probe !== false);
}

async function runScript(wait: ProbeWait, script: ReadyScript): Promise<string> {
  const { parts, guest, machine, folder, purpose, signal, leftMs } = wait;
  const { command, timeoutSeconds = scriptSecondsDefault } = script;
  const ports = guest.forwards.map(({ guestPort, hostPort }): [string, string] => [
    `SITERECOVERY_PORT_${guestPort}`,
    String(hostPort),
  ]);
  const limitSeconds = Math.min(timeoutSeconds, leftMs() / 1000);
  const result = await runCommand({
    ...{ command, folder, timeoutSeconds: limitSeconds, clock: parts.clock, signal },
    facts: {
      SITERECOVERY_MACHINE: machine,
      SITERECOVERY_MACHINE_FOLDER: folder,
      SITERECOVERY_PURPOSE: purpose,
      ...Object.fromEntries(ports),
    },
  });
  if (result.wasStopped) signal.throwIfAborted();
  const { exitCode, output, startError, timedOut } = result;
  if (exitCode === 0 && !timedOut) return output.trimEnd();
  const how =
    startError ??
    (timedOut ? `it had not ended after ${Math.round(limitSeconds)} s` : `exit code ${exitCode}`);
  const words = lastLines(output);
  const message = said`The script ${command[0]} that asks machine ${machine} failed: ${how}.${
    words === ""
      ? ""
      : said` It
    printed: ${words}.`
  } Mend what it names, then run again.`;
  throw new SiteRecoveryError("JobFailed", message, { target: machine });
}
