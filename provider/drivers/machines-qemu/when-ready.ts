/** Waits until the guest of a machine says that it works, as its `machine.yaml` wants to hear it. */
import path from "node:path";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { ReadyCheck } from "../../model/machine-definition.ts";
import type { GuestEvidence, GuestProbe } from "../../model/guest-evidence.ts";
import type { IsolationEvidence } from "../../model/isolation-evidence.ts";
import type { ReadyOptions } from "../../ports/machines.ts";
import { type IsolatedNetwork, proveIsolation } from "../../qemu/prove-isolation.ts";
import { untilItFails } from "../../qemu/console-words.ts";
import type { GuestParts, GuestProcess } from "../../qemu/guest-process.ts";
import { askLastWrite } from "./last-write.ts";
import { takePicture } from "../../qemu/take-picture.ts";
import { type Probe, probesOf } from "./probes.ts";
import type { ProbeWait } from "./probe-wait.ts";
import { type QemuPlace, runningGuest } from "./qemu-place.ts";

const withinSecondsDefault = 300;
const consoleLinesKept = 20;
/** Of an answer, which is kept in the store and in reports. */
const outputCharactersMax = 4000;
/** These say when the guest is up; the others are asked then. */
const announcements: readonly Probe["kind"][] = ["console", "agent", "channel"];

/** Throws `JobFailed` with the last lines of the console if the guest does not, or says that it does not. */
export async function whenReady(
  parts: GuestParts,
  place: QemuPlace,
  { signal, report }: ReadyOptions,
): Promise<GuestEvidence | undefined> {
  const { name, ready = {} } = place.definition;
  const isDrill = place.mark?.madeBy?.purpose === "test";
  if (place.definition.ready === undefined && !isDrill) return undefined;
  const guest = runningGuest(parts, place);
  if (guest === undefined) throw notRunning(name);
  const limitSeconds = ready.withinSeconds ?? withinSecondsDefault;
  if (place.definition.ready) report?.(`wait for the word of ${name}, ${limitSeconds} s at most`);
  const answers = await whileItWorks(parts, guest, signal, (until) =>
    askAll(waitOf(parts, place, { guest, limitSeconds, signal: until }), ready, report),
  );
  const word = answers.probes.find(({ kind }) => kind === "console")?.output;
  // Afterwards: the time until the guest works is measured.
  const isolation = isDrill ? await isolationOf(parts, place, guest, signal) : undefined;
  if (isolation !== undefined) report?.(textOf(isolation));
  const picture = isDrill ? await takePicture(parts.files, guest) : undefined;
  return {
    ...answers,
    ...(word === undefined ? {} : { word }),
    ...(isolation === undefined ? {} : { isolation }),
    ...(picture === undefined ? {} : { screenPng: picture.toString("base64") }),
    consoleLines: guest.console.lastLines(consoleLinesKept),
  };
}

function waitOf(
  parts: GuestParts,
  { folder, runFolder, definition, mark }: QemuPlace,
  { guest, limitSeconds, signal }: Pick<ProbeWait, "guest" | "limitSeconds" | "signal">,
): Omit<ProbeWait, "isAnnounced"> {
  const until = parts.clock.monotonic() + limitSeconds * 1000;
  return {
    ...{ parts, guest, machine: definition.name, folder, runFolder, limitSeconds, signal },
    purpose: mark?.madeBy?.purpose === "test" ? "drill" : "run",
    leftMs: () => Math.max(1000, until - parts.clock.monotonic()),
  };
}

async function askAll(
  base: Omit<ProbeWait, "isAnnounced">,
  ready: ReadyCheck,
  report: ReadyOptions["report"],
): Promise<Omit<GuestEvidence, "word" | "consoleLines">> {
  const { clock } = base.parts;
  const began = clock.monotonic();
  const passed: GuestProbe[] = [];
  const wait = (): ProbeWait => {
    const isAnnounced = passed.some((probe) => announcements.includes(probe.kind));
    return { ...base, isAnnounced };
  };
  const pass = (kind: GuestProbe["kind"], name: string, answer: string): void => {
    const afterSeconds = Math.round((clock.monotonic() - began) / 100) / 10;
    const output = answer.slice(0, outputCharactersMax);
    passed.push({ kind, name, passedAt: clock.now(), afterSeconds, output });
    report?.(`${base.machine}: ${name}, after ${afterSeconds} s`);
  };
  for (const { kind, name, ask } of probesOf(ready)) pass(kind, name, await ask(wait()));
  const { passedAt = clock.now(), afterSeconds = 0 } = passed.at(-1) ?? {};
  const works = { readyAt: passedAt, readyAfterSeconds: afterSeconds, probes: passed };
  // Only of a copy it is known what it held when it was started.
  if (ready.lastWrite === undefined || base.purpose !== "drill") return works;
  const { at, said: words } = await askLastWrite(wait(), ready.lastWrite);
  pass("lastWrite", "when it last wrote", words);
  return { ...works, lastWriteAt: at };
}

/** Does the work unless the guest fails meanwhile, which ends it at once. */
async function whileItWorks<T>(
  { clock }: GuestParts,
  guest: GuestProcess,
  signal: AbortSignal | undefined,
  work: (until: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  const { console, machine } = guest;
  const isRunning = (): boolean => guest.isAlive();
  const working = work(until);
  const watching = untilItFails({ console, machine, clock, signal: until, isRunning });
  try {
    return await Promise.race([working, watching]);
  } finally {
    over.abort(new Error("The wait for the guest is over."));
    await Promise.allSettled([working, watching]);
  }
}

async function isolationOf(
  parts: GuestParts,
  { definition, runFolder }: QemuPlace,
  guest: GuestProcess,
  signal: AbortSignal | undefined,
): Promise<IsolationEvidence> {
  const provenAt = parts.clock.now();
  if (definition.nics.length === 0)
    return {
      result: "proven",
      provenAt,
      control: "none is needed",
      found: "the machine has no network card",
    };
  const network: IsolatedNetwork = {
    machine: definition.name,
    socketFolder: path.dirname(guest.sockets.qmp),
    withMonitor: (work) => guest.withPower(work),
    addresses: guest.addresses,
  };
  return proveIsolation(network, { ...parts, signal }, runFolder);
}

function textOf(isolation: IsolationEvidence): string {
  return isolation.result === "proven"
    ? "its isolation is proven"
    : `its isolation is not proven: ${isolation.because}`;
}

function notRunning(name: string): SiteRecoveryError {
  const message = said`Machine ${name} does not run, so its guest cannot be asked. Start it first.`;
  return new SiteRecoveryError("JobFailed", message, { target: name });
}
