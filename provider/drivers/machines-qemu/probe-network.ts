/**
 * What a guest answers over its network, asked from this computer by a forwarded port. While a guest boots QEMU takes
 * connections for it, and those hang: each attempt has a connection of its own and a limited time.
 */
import http from "node:http";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ReadyPage } from "../../model/machine-definition.ts";
import { tryConnection } from "../../qemu/forwarded-connection.ts";
import type { ProbeWait } from "./probe-wait.ts";

const attemptMs = 20_000;
const gapMs = 2000;
/** Where no word says that the guest is up, it is left to boot for longer between attempts. */
const unannouncedGapMs = 10_000;
/** Of a page, which a pattern is looked for in. */
const pageBytesMax = 65_536;
const pageCharactersKept = 500;

type Attempt = { readonly answer: string } | { readonly why: string };

/** Asks until there is an answer that is right. Throws `JobFailed` with the last one that was not. */
async function askAgain(
  wait: ProbeWait,
  name: string,
  attempt: (timeoutMs: number) => Promise<Attempt>,
): Promise<string> {
  const { clock } = wait.parts;
  const gap = wait.isAnnounced ? gapMs : unannouncedGapMs;
  if (!wait.isAnnounced) await clock.sleep(Math.min(gap, wait.leftMs()), wait.signal);
  for (;;) {
    const found = await attempt(Math.min(attemptMs, wait.leftMs()));
    if ("answer" in found) return found.answer;
    if (wait.leftMs() <= gap) {
      const message = said`${name} of machine ${wait.machine} was not as its machine.yaml says within
        ${wait.limitSeconds} s: ${found.why}. Look at the service in the guest, then run again.`;
      throw new SiteRecoveryError("JobFailed", message, { target: wait.machine });
    }
    await clock.sleep(gap, wait.signal);
  }
}

/** The port of this computer that leads to a port of the guest. Throws `PrerequisitesNotMet` if none does. */
function hostPortOf(wait: ProbeWait, guestPort: number): number {
  const hostPort = wait.guest.hostPortOf(guestPort);
  if (hostPort !== undefined) return hostPort;
  const message = said`No port of this computer leads to port ${guestPort} of machine ${wait.machine}. Add it to
    qemu.forwards in its machine.yaml, shut the machine down, and start it again.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: wait.machine });
}

export function probePort(wait: ProbeWait, guestPort: number): Promise<string> {
  const hostPort = hostPortOf(wait, guestPort);
  const { guest, signal } = wait;
  const { clock } = wait.parts;
  return askAgain(wait, `Port ${guestPort}`, async (timeoutMs): Promise<Attempt> => {
    const found = await tryConnection({ guest, guestPort, hostPort, clock, timeoutMs, signal });
    return found === "accepted" ? { answer: "the guest accepts connections" } : found;
  });
}

interface Page {
  readonly status: number;
  readonly body: string;
}

function getPage(hostPort: number, path: string, timeoutMs: number, signal: AbortSignal): Promise<Page> {
  return new Promise((resolve, reject) => {
    const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const where = { host: "127.0.0.1", port: hostPort, path, agent: false, signal: over };
    const request = http.get(where, (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      const end = (): void => {
        const body = Buffer.concat(parts).subarray(0, pageBytesMax).toString("utf8");
        resolve({ status: response.statusCode ?? 0, body });
        request.destroy();
      };
      response.on("data", (part: Buffer) => {
        parts.push(part);
        length += part.length;
        if (length >= pageBytesMax) end();
      });
      response.on("end", end).on("error", reject);
    });
    request.on("error", reject);
  });
}

export function probePage(wait: ProbeWait, page: ReadyPage): Promise<string> {
  const { port, path = "/", status = 200, body } = page;
  const hostPort = hostPortOf(wait, port);
  const pattern = body === undefined ? undefined : new RegExp(body);
  return askAgain(wait, `Page ${path} at port ${port}`, async (timeoutMs): Promise<Attempt> => {
    try {
      const found = await getPage(hostPort, path, timeoutMs, wait.signal);
      const shown = `status ${found.status}\n${found.body.slice(0, pageCharactersKept)}`.trimEnd();
      if (found.status !== status) return { why: `its status is ${found.status} instead of ${status}` };
      if (pattern?.test(found.body) === false) return { why: `${String(pattern)} is not in it: ${shown}` };
      return { answer: shown };
    } catch (error) {
      wait.signal.throwIfAborted();
      return { why: `it does not answer (${(error as Error).message})` };
    }
  });
}
