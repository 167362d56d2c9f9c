/** The arguments of `qemu-system-x86_64` for a machine. A pure function: files are made, and QEMU is run, elsewhere. */
import { assert, SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import { networkArguments } from "./network-arguments.ts";
import type { MovingDisk, QemuDisk, QemuMachine, QemuPlaces, QemuRun, ServedDisk } from "./qemu-machine.ts";

/** A virtio disk tells the guest no more of its serial number. */
const diskIdCharactersMax = 20;
/** Names of nodes and devices in QEMU begin with a letter. */
const diskIdPattern = /^[A-Za-z][A-Za-z0-9-]*$/;

/** A day. */
const reconnectSeconds = 86_400;

/** Throws `InvalidInput` for a disk whose id QEMU does not take. */
export function qemuArguments({ machine, places, acceleration }: QemuRun): string[] {
  const { uefi } = places;
  assert(machine.firmware === "bios" || uefi !== undefined, "a machine with UEFI has firmware files");
  return [
    ...["-name", `guest=${escaped(machine.name)}`],
    ...(machine.uuid === undefined ? [] : ["-uuid", machine.uuid]),
    // Without graphics the BIOS and its boot loader talk on the serial console, where a failed start can be read.
    ...["-machine", machine.firmware === "uefi" ? "q35" : "pc,graphics=off"],
    ...["-accel", acceleration, "-cpu", acceleration === "kvm" ? "host" : "max"],
    ...["-m", String(machine.memoryMiB), "-smp", String(machine.cpus)],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-msg", "timestamp=on"],
    ...(machine.startsPaused === true ? ["-S"] : []),
    ...["-pidfile", places.pidPath],
    ...(uefi !== undefined && machine.firmware === "uefi"
      ? [...firmware(0, uefi.codePath, true), ...firmware(1, uefi.variablesPath, false)]
      : []),
    ...qmp("qmp", places.qmpSocketPath),
    ...qmp("power", places.powerSocketPath),
    ...["-chardev", `file,id=console,path=${escaped(places.consolePath)}`, "-serial", "chardev:console"],
    ...["-device", device("virtio-rng-pci", {})],
    ...channels(machine, places),
    ...(machine.network === undefined ? [] : networkArguments(machine.network)),
    ...machine.disks.flatMap((disk, index) => diskArguments(machine, disk, index + 1)),
    // Last, so that no other device changes its place. A drill takes a picture of it.
    ...["-device", device("VGA", {})],
  ];
}

/** In QEMU's comma-separated options a comma within a value is doubled. */
function escaped(value: string): string {
  return value.replaceAll(",", ",,");
}

function device(driver: string, properties: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ driver, ...properties });
}

function firmware(unit: number, path: string, isReadOnly: boolean): string[] {
  const access = isReadOnly ? ",readonly=on" : "";
  return ["-drive", `if=pflash,unit=${unit},format=raw${access},file=${escaped(path)}`];
}

function qmp(id: string, socketPath: string): string[] {
  const socket = `socket,id=${id},path=${escaped(socketPath)},server=on,wait=off`;
  return ["-chardev", socket, "-mon", `chardev=${id},mode=control`];
}

function channels({ channels: named = [] }: QemuMachine, { agentSocketPath }: QemuPlaces): string[] {
  const port = (chardev: string, name: string): string[] => [
    "-device",
    device("virtserialport", { chardev, name }),
  ];
  return [
    ...["-device", device("virtio-serial-pci", {})],
    ...["-chardev", `socket,id=agent,path=${escaped(agentSocketPath)},server=on,wait=off`],
    ...port("agent", "org.qemu.guest_agent.0"),
    ...named.flatMap(({ name, path }, index) => [
      ...["-chardev", `file,id=channel${index},path=${escaped(path)}`],
      ...port(`channel${index}`, name),
    ]),
  ];
}

function diskArguments(machine: QemuMachine, disk: QemuDisk, bootindex: number): string[] {
  if (disk.id.length > diskIdCharactersMax || !diskIdPattern.test(disk.id)) {
    const message = said`QEMU cannot run machine ${machine.name} with a disk that is called ${disk.id}. Give it an id of
      at most ${diskIdCharactersMax} letters, digits and hyphens that begins with a letter, in machine.yaml.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: machine.name });
  }
  const card = { id: `disk-${disk.id}`, drive: disk.id, serial: disk.id, bootindex };
  return ["-blockdev", JSON.stringify(blockNode(disk)), "-device", device("virtio-blk-pci", card)];
}

/**
 * The node of a disk, with its name. What the guest discards becomes a hole in the image. The page cache is used, which
 * keeps the guest's flushes: opening without it fails on some file systems.
 */
function blockNode(disk: QemuDisk): object {
  const common = { "node-name": disk.id, discard: "unmap" };
  const file = (name: string, filename: string): object => ({
    driver: "file",
    "node-name": `${disk.id}-${name}`,
    filename,
    discard: "unmap",
  });
  if (disk.format === "raw") return { driver: "raw", ...common, file: file("file", disk.path) };
  if (disk.format === "tracked") {
    const tracking = file("tracking", disk.trackingPath);
    return { driver: "qcow2", ...common, file: tracking, "data-file": file("file", disk.path) };
  }
  const served = servedNode(disk);
  if (disk.format === "nbd") return { driver: "raw", ...common, file: served };
  const tracking = file("tracking", disk.trackingPath);
  const data = { driver: "raw", "node-name": dataNodeOf(disk.id), file: served };
  // A server may keep what is discarded, and the tracking would take it for zeros: nothing is, until the disk is switched.
  return { driver: "qcow2", "node-name": disk.id, file: tracking, "data-file": data };
}

/** The node between a moving disk's tracking and its data. */
export function dataNodeOf(diskId: string): string {
  return `${diskId}-data`;
}

/** The node of a disk's server. */
export function servedNodeOf(diskId: string): string {
  return `${diskId}-nbd`;
}

function servedNode({ id, socketPath, exportName }: ServedDisk | MovingDisk): object {
  const server = { type: "unix", path: socketPath };
  const nbd = { driver: "nbd", "node-name": servedNodeOf(id), server, export: exportName };
  // The server may be started again only by the next command: the guest's requests wait for it meanwhile.
  return { ...nbd, "reconnect-delay": reconnectSeconds };
}
