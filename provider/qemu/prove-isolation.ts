/**
 * Proves that the network of an isolated machine does not lead to this computer. The same packets are sent twice to listeners of
 * this process: from a port of the machine's own network, and as a control from a network of another QEMU that is the same but
 * for its isolation. The machine itself is not changed, and not asked.
 */
import path from "node:path";
import { qemuMissing } from "./acceleration.ts";
import { isExpected, messageOf, SiteRecoveryError } from "../errors.ts";
import { runCommand } from "../machines/run-command.ts";
import { said } from "../message.ts";
import type { IsolationEvidence } from "../model/isolation-evidence.ts";
import { hubArguments } from "./network-arguments.ts";
import { type Reached, type ReachParts, reachFrom } from "./network-reach.ts";
import type { WithMonitor } from "./frame-port.ts";
import { connectQmp } from "./qmp.ts";
import type { UserNetworkAddresses } from "./user-network-addresses.ts";
import { makeSocketFolder, socketsIn } from "./socket-folder.ts";

/** The machine to prove it of, or whatever holds its network. */
export interface IsolatedNetwork {
  /** What errors call it. */
  readonly machine: string;
  /** A folder for a socket, whose path is short. */
  readonly socketFolder: string;
  readonly withMonitor: WithMonitor;
  readonly addresses: UserNetworkAddresses;
}

/** By a QEMU that is slow to answer on a busy computer. */
const reachMs = 15_000;
const controlSeconds = 120;
/** A socket's name in a folder that has room for those of QEMU's sockets. */
const wireName = "wire";

/**
 * Throws `JobFailed` if a packet of the machine's network came through. Whatever keeps it from being proven is said in the
 * evidence.
 */
export async function proveIsolation(
  network: IsolatedNetwork,
  parts: ReachParts,
  temporaryFolder: string,
  timeoutMs = reachMs,
): Promise<IsolationEvidence> {
  try {
    const control = await reachWithoutIsolation(parts, network.addresses, temporaryFolder);
    const socketPath = path.join(network.socketFolder, wireName);
    const limits = { addresses: network.addresses, timeoutMs };
    const found = await reachFrom(network.withMonitor, socketPath, parts, limits);
    if (found.byTcp || found.byUdp) throw leads(network.machine, found);
    return judge(control, found, parts.clock.now());
  } catch (error) {
    parts.signal?.throwIfAborted();
    if (error instanceof Leak || !isExpected(error)) throw error;
    return { result: "notProven", because: messageOf(error) };
  }
}

function judge(control: Reached, found: Reached, provenAt: number): IsolationEvidence {
  const not = (because: string): IsolationEvidence => ({ result: "notProven", because });
  if (!control.byTcp || !control.byUdp)
    return not("the control, a network without isolation, did not reach this computer either");
  if (!found.hasAnswered)
    return not("the machine's network did not answer, so that its silence shows nothing");
  return {
    result: "proven",
    provenAt,
    control: `a network without isolation reached this computer by TCP and UDP after ${control.seconds} s`,
    found:
      `the machine's network answered, ${found.isRefused ? "refused the connection" : "was silent"}, and nothing came` +
      ` to this computer by TCP or UDP in ${found.seconds} s`,
  };
}

class Leak extends SiteRecoveryError {}

function leads(machine: string, { byTcp }: Reached): Leak {
  const message = said`The test machine ${machine} is not isolated: its network leads to this computer, by
    ${byTcp ? "TCP" : "UDP"}. Its drill ends here. Report this with the version of QEMU.`;
  return new Leak("JobFailed", message, { target: machine });
}

function controlEnded(output: string): SiteRecoveryError {
  const message = said`the QEMU of the control has ended: ${output.trim()}`;
  return new SiteRecoveryError("JobFailed", message);
}

/** From a QEMU without a machine, which ends with this work. */
async function reachWithoutIsolation(
  parts: ReachParts,
  addresses: UserNetworkAddresses,
  temporaryFolder: string,
): Promise<Reached> {
  const { files, clock, random, signal } = parts;
  const folder = makeSocketFolder(files, random, path.join(temporaryFolder, "control"));
  const { power } = socketsIn(folder);
  const [done, ended] = [new AbortController(), new AbortController()];
  const socket = `unix:${power.replaceAll(",", ",,")},server=on,wait=off`;
  const machine = ["-M", "none", "-nodefaults", "-no-user-config", "-display", "none", "-qmp", socket];
  const running = runCommand({
    command: [
      "qemu-system-x86_64",
      ...machine,
      ...hubArguments({ isIsolated: false, forwards: [], addresses }),
    ],
    ...{ folder: temporaryFolder, timeoutSeconds: controlSeconds, clock },
    signal: signal === undefined ? done.signal : AbortSignal.any([signal, done.signal]),
  });
  const watched = running.then(({ startError, output }) =>
    ended.abort(startError === undefined ? controlEnded(output) : qemuMissing(startError)),
  );
  const stop = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
  try {
    const wait = { machine: "the control", clock, signal: stop, timeoutMs: controlSeconds * 1000 };
    const withMonitor: WithMonitor = async (work) => {
      const qmp = await connectQmp(power, wait);
      try {
        return await work(qmp);
      } finally {
        qmp.close();
      }
    };
    return await reachFrom(withMonitor, path.join(folder, wireName), parts, {
      addresses,
      timeoutMs: reachMs,
    });
  } finally {
    done.abort();
    await watched;
    files.remove(folder);
  }
}
