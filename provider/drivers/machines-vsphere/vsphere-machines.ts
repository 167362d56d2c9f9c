/**
 * Machines of vCenter servers and ESXi hosts, beside other machines: a place is of either kind by its text. They are looked at,
 * started and shut down. The engine makes none, and reads and writes no disk of one.
 */
import type { Clock } from "../../clock.ts";
import { isExpected, SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { Machines } from "../../ports/machines.ts";
import {
  findVirtualMachine,
  listNames,
  type MachineName,
  readVirtualMachine,
} from "../../vsphere/inventory.ts";
import { powerOn, shutDownGuest } from "../../vsphere/machine-power.ts";
import type { ManagedObject } from "../../vsphere/soap-request.ts";
import { VsphereSession } from "../../vsphere/vsphere-session.ts";
import { machinesByPlace, type MachinesAtPlaces } from "../machines-by-place.ts";
import { describeMachine } from "./describe-machine.ts";
import { machineAt, placeOfMachine, settingsOf, type VspherePlace } from "./vsphere-place.ts";
import { isVsphereUri } from "../../vsphere-uri.ts";
import { readVsphereMark, writeVsphereMark } from "./vsphere-mark.ts";

export interface VsphereParts {
  readonly clock: Clock;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const shutDownMs = 600_000;

/** Each call has a session of its own, which it ends: a process that stays leaves none behind at the server. */
async function withSession<T>(
  parts: VsphereParts,
  inventory: string,
  work: (session: VsphereSession) => Promise<T>,
): Promise<T> {
  const session = new VsphereSession(settingsOf(inventory), parts);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

/** Throws `NotFound` if the server has the machine no more. */
function withMachine<T>(
  parts: VsphereParts,
  place: string,
  work: (session: VsphereSession, machine: ManagedObject, at: VspherePlace) => Promise<T>,
): Promise<T> {
  const at = machineAt(place);
  return withSession(parts, at.inventory, async (session) => {
    const machine = await findVirtualMachine(session, at.instanceUuid);
    if (machine !== undefined) return work(session, machine, at);
    const message = said`${session.host} has no machine with the instance UUID ${at.instanceUuid}, or the account does not see it.`;
    throw new SiteRecoveryError("NotFound", message, { target: place });
  });
}

function placeIn(inventory: string, name: string, machines: readonly MachineName[]): string | undefined {
  const exact = machines.filter((one) => one.name === name);
  const found =
    exact.length > 0 ? exact : machines.filter((one) => one.name.toLowerCase() === name.toLowerCase());
  if (found.length <= 1) return found[0] && placeOfMachine(inventory, found[0].instanceUuid).place;
  const { host } = settingsOf(inventory);
  const message = said`${host} has ${found.length} machines of the name ${name}, in different folders. Rename one of them.`;
  throw new SiteRecoveryError("DuplicateName", message, { target: name });
}

function refuse(place: string, what: string): never {
  const message = said`${what} is not done at ${place}: the engine makes no machine of vSphere, and writes to no disk of one. Name a host whose inventory is a folder.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: place });
}

/** `others` is the driver of all other machines. */
export function vsphereMachines(others: Machines, parts: VsphereParts): Machines {
  const namesIn = (inventory: string): Promise<MachineName[]> => withSession(parts, inventory, listNames);
  const machines: MachinesAtPlaces = {
    holdsFiles: () => false,
    isReachable: async (inventory) => {
      try {
        // As its account: what is only there is of no use.
        await namesIn(inventory);
        return true;
      } catch (error) {
        if (isExpected(error)) return false;
        throw error;
      }
    },
    // A machine's writes go through its host, which keeps what changes.
    tracksEveryWrite: () => Promise.resolve(true),
    list: async (inventory) => [...new Set((await namesIn(inventory)).map(({ name }) => name))].sort(),
    placeOf: async (inventory, name) => placeIn(inventory, name, await namesIn(inventory)),
    nameAt: async (place) =>
      withMachine(
        parts,
        place,
        async (session, machine) => (await readVirtualMachine(session, machine)).name,
      ),
    read: async (place) =>
      withMachine(parts, place, async (session, machine, at) =>
        describeMachine(await readVirtualMachine(session, machine), at),
      ),
    exists: async (place) => {
      const { inventory, instanceUuid } = machineAt(place);
      const find = (session: VsphereSession): Promise<unknown> => findVirtualMachine(session, instanceUuid);
      return (await withSession(parts, inventory, find)) !== undefined;
    },
    requireOwnImages: async (place) => refuse(place, "A move"),
    markOf: async (place) => withMachine(parts, place, readVsphereMark),
    setMark: async (place, mark) =>
      withMachine(parts, place, (session, machine, at) => writeVsphereMark(session, machine, at, mark)),
    powerState: async (place) => {
      const { power } = await withMachine(parts, place, (session, machine) =>
        readVirtualMachine(session, machine),
      );
      // A suspended machine goes on where it was, with what it has in memory.
      return power === "off" ? "off" : "running";
    },
    start: async (place) => withMachine(parts, place, (session, machine) => powerOn(session, machine)),
    // There is no channel into the guest.
    whenReady: () => Promise.resolve(undefined),
    shutDown: async (place) =>
      withMachine(parts, place, (session, machine) =>
        shutDownGuest(session, machine, { withinMs: shutDownMs }),
      ),
    define: async (place) => refuse(place, "Defining"),
    installMobilityService: async (place) => refuse(place, "Installing the Mobility service"),
    withdraw: () => Promise.resolve(),
    foreignFiles: () => Promise.resolve([]),
    remove: async (place) => refuse(place, "Removing"),
  };
  return machinesByPlace(isVsphereUri, machines, others);
}
