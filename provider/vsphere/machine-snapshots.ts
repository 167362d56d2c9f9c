/** Snapshots of machines of a vSphere server. */
import { SiteRecoveryError } from "../errors.ts";
import { type Message, said } from "../message.ts";
import { readProperties } from "./read-properties.ts";
import type { ManagedObject } from "./soap-request.ts";
import { runTask } from "./tasks.ts";
import { devicesOf } from "./virtual-devices.ts";
import type { VirtualDisk } from "./virtual-machine.ts";
import type { VsphereSession } from "./vsphere-session.ts";

export interface SnapshotRequest {
  readonly name: string;
  readonly description: string;
  /** Whether VMware Tools flush the guest's file systems for it; if they cannot, no snapshot is made. */
  readonly isQuiesced: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes a snapshot of a machine's disks at one instant, without its memory. Returns it. */
export async function createSnapshot(
  session: VsphereSession,
  machine: ManagedObject,
  { name, description, isQuiesced, signal }: SnapshotRequest,
): Promise<ManagedObject> {
  const what = said`make a snapshot of ${String(machine)}`;
  const parameters = { name, description, memory: false, quiesce: isQuiesced };
  const result = await runTask(session, {
    method: "CreateSnapshot_Task",
    target: machine,
    parameters,
    what,
    signal,
  });
  const snapshot = result.reference;
  if (snapshot !== undefined) return snapshot;
  throw lacks(session, said`does not say which snapshot it has made of ${String(machine)}`);
}

/** Merges a snapshot into its machine's disks. One that is gone is fine. */
export async function removeSnapshot(
  session: VsphereSession,
  snapshot: ManagedObject,
  signal?: AbortSignal,
): Promise<void> {
  const what = said`remove the snapshot ${String(snapshot)}`;
  const parameters = { removeChildren: false, consolidate: true };
  try {
    await runTask(session, { method: "RemoveSnapshot_Task", target: snapshot, parameters, what, signal });
  } catch (error) {
    if (error instanceof SiteRecoveryError && error.code === "NotFound") return;
    throw error;
  }
}

/** The disks as a snapshot has them: their sizes and change ids are those of its instant. */
export async function disksOfSnapshot(
  session: VsphereSession,
  snapshot: ManagedObject,
  signal?: AbortSignal,
): Promise<readonly VirtualDisk[]> {
  const asked = { type: "VirtualMachineSnapshot", paths: ["config.hardware.device"], signal };
  const [found] = await readProperties(session, [snapshot], asked);
  const devices = found?.properties.get("config.hardware.device");
  if (devices !== undefined) return devicesOf(devices, new Map()).disks;
  throw lacks(session, said`shows no disks of the snapshot ${String(snapshot)}`);
}

function lacks({ host }: VsphereSession, what: Message): SiteRecoveryError {
  return new SiteRecoveryError("IoFailed", said`${host} ${what}.`, { target: host });
}
