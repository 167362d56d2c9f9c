/** What QEMU is told of a machine. */
import path from "node:path";
import { createServer } from "node:net";
import { assert } from "../../errors.ts";
import type { QemuDisk, QemuMachine, PortForward, ServedDisk } from "../../qemu/qemu-machine.ts";
import { type ServedRecord, servedSocketIn } from "../../qemu/served-record.ts";
import { addressesAround } from "../../qemu/user-network-addresses.ts";
import type { WrappedImage } from "../../qemu/snapshots/wrapper.ts";
import type { QemuPlace } from "./qemu-place.ts";

/** A port of 127.0.0.1 that nothing listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  assert(address !== null && typeof address === "object", "a server that listens has a port");
  return address.port;
}

function placeOf(
  { socketFolder }: ServedRecord,
  exportName: string,
): Pick<ServedDisk, "socketPath" | "exportName"> {
  return { socketPath: servedSocketIn(socketFolder), exportName };
}

/**
 * `served`: the disks are offered by a server, and `images` are those that it completes; for a drill there are none.
 *
 * A drill's machine reaches nothing, and keeps its ports off those of the machine that it is made of: they are drawn.
 */
export async function describeGuest(
  { folder, runFolder, definition, mark }: QemuPlace,
  images: readonly WrappedImage[],
  served?: ServedRecord,
): Promise<QemuMachine> {
  const { name, firmware, cpus, memoryMiB, nics, qemu, disks } = definition;
  const isDrill = mark?.madeBy?.purpose === "test";
  const forwards: PortForward[] = [];
  for (const forward of qemu.forwards ?? [])
    forwards.push(isDrill ? { ...forward, hostPort: await freePort() } : forward);
  const channels = (qemu.channels ?? []).map((channel) => ({
    name: channel,
    path: path.join(runFolder, `${channel}.log`),
  }));
  const [nic] = nics;
  const addresses = isDrill && nic?.ipAddress !== undefined ? addressesAround(nic.ipAddress) : undefined;
  const machine: QemuMachine = {
    name,
    ...(mark ? { uuid: mark.machineId } : {}),
    memoryMiB,
    cpus,
    firmware,
    channels,
    disks: disks.map(({ id, file }, index): QemuDisk => {
      if (served?.isKept === false) return { id, format: "nbd", ...placeOf(served, id) };
      const { wrapperPath: trackingPath } = images[index]!;
      if (served !== undefined) return { id, format: "moving", trackingPath, ...placeOf(served, id) };
      return { id, format: "tracked", path: path.join(folder, file), trackingPath };
    }),
    ...(nic === undefined
      ? {}
      : {
          network: {
            isIsolated: isDrill,
            forwards,
            // By itself, it has the address that it has in production.
            ...(addresses === undefined ? {} : { addresses }),
            ...(nic.macAddress === undefined ? {} : { macAddress: nic.macAddress }),
          },
        }),
  };
  return machine;
}
