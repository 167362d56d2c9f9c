/** Turns machines of a vSphere server on and off. Each may be repeated. */
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { readVirtualMachine } from "./inventory.ts";
import type { ManagedObject } from "./soap-request.ts";
import { runTask } from "./tasks.ts";
import type { VirtualMachine } from "./virtual-machine.ts";
import type { VsphereSession } from "./vsphere-session.ts";

const pollMs = 1000;

/** Running already is fine. Resolves when the server runs it, not when its guest answers. */
export async function powerOn(
  session: VsphereSession,
  machine: ManagedObject,
  signal?: AbortSignal,
): Promise<void> {
  const { power, name } = await readVirtualMachine(session, machine, signal);
  if (power === "running") return;
  await runTask(session, { method: "PowerOnVM_Task", target: machine, what: said`power on ${name}`, signal });
}

/** As pulling the plug: what the guest has not written is lost. Off already is fine. */
export async function powerOff(
  session: VsphereSession,
  machine: ManagedObject,
  signal?: AbortSignal,
): Promise<void> {
  const { power, name } = await readVirtualMachine(session, machine, signal);
  if (power === "off") return;
  await runTask(session, {
    method: "PowerOffVM_Task",
    target: machine,
    what: said`power off ${name}`,
    signal,
  });
}

export interface ShutDownOptions {
  /** How long the guest may take, in milliseconds. */
  readonly withinMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the guest to shut down, and waits until the machine is off. Off already is fine. Throws `PrerequisitesNotMet` if
 * VMware Tools do not run in it, and `JobFailed` if it is not off in time; then it goes on shutting down.
 */
export async function shutDownGuest(
  session: VsphereSession,
  machine: ManagedObject,
  { withinMs, signal }: ShutDownOptions,
): Promise<void> {
  const { power, name } = await readVirtualMachine(session, machine, signal);
  if (power === "off") return;
  if (power === "suspended") throw suspended(session, name);
  await session.call({
    method: "ShutdownGuest",
    target: machine,
    what: said`shut down the guest of ${name}`,
    signal,
  });
  const last = session.clock.monotonic() + withinMs;
  for (let now: VirtualMachine; ; await session.clock.sleep(pollMs, signal)) {
    now = await readVirtualMachine(session, machine, signal);
    if (now.power === "off") return;
    if (session.clock.monotonic() > last) break;
  }
  const message = said`The guest of ${name} has not shut down within ${Math.round(withinMs / 1000)} s. Look at its console in vCenter.`;
  throw new SiteRecoveryError("JobFailed", message, { target: name });
}

function suspended({ host }: VsphereSession, name: string): SiteRecoveryError {
  const message = said`${name} is suspended on ${host}: its guest cannot shut down. Power it on first.`;
  return new SiteRecoveryError("ActionNotAllowed", message, { target: name });
}
