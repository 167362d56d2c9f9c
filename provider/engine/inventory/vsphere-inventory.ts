/** A look at a real vCenter server: what machines it has, and what would stop their protection. Nothing is changed there. */
import { systemClock } from "../../clock.ts";
import { listVirtualMachines } from "../../vsphere/inventory.ts";
import { obstaclesOf, type ProtectionObstacle } from "../../vsphere/protection-obstacles.ts";
import type { VsphereSettings } from "../../vsphere/settings.ts";
import type { VirtualMachine } from "../../vsphere/virtual-machine.ts";
import { VsphereSession } from "../../vsphere/vsphere-session.ts";

export interface VsphereInventory {
  readonly host: string;
  /** Such as `VMware vCenter Server 8.0.3 build-24022515`. */
  readonly server: string;
  /** `undefined` for an ESXi host by itself. */
  readonly instanceUuid: string | undefined;
  /** By name, templates among them. */
  readonly machines: readonly (VirtualMachine & { readonly obstacles: readonly ProtectionObstacle[] })[];
}

/**
 * Throws `InvalidInput` for wrong settings or a refused account, `PrerequisitesNotMet` for a certificate that is not to be
 * trusted, `SourceUnreachable` if the server does not answer.
 */
export async function readVsphereInventory(
  settings: VsphereSettings,
  signal?: AbortSignal,
): Promise<VsphereInventory> {
  const session = new VsphereSession(settings, { clock: systemClock });
  try {
    const { fullName, instanceUuid } = await session.content();
    const machines = await listVirtualMachines(session, signal);
    return {
      host: settings.host,
      server: fullName,
      instanceUuid,
      machines: machines.map((machine) => ({ ...machine, obstacles: obstaclesOf(machine) })),
    };
  } finally {
    await session.close();
  }
}
