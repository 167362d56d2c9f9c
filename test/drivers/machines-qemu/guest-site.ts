/** An inventory of machines that QEMU runs: guests of one sector, which run within a second by TCG. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemClock } from "../../../provider/clock.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { folderSnapshots } from "../../../provider/disks/folder-snapshots.ts";
import { qemuInstantStart } from "../../../provider/drivers/machines-qemu/instant-start.ts";
import { qemuMachines } from "../../../provider/drivers/machines-qemu/qemu-machines.ts";
import { qemuPlaceOf, runningGuest } from "../../../provider/drivers/machines-qemu/qemu-place.ts";
import { qemuSnapshots } from "../../../provider/drivers/machines-qemu/qemu-snapshots.ts";
import { serverProgram } from "../../../provider/engine/instant-start/server-program.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import type { MachineDefinition } from "../../../provider/model/machine-definition.ts";
import type { InstantStart } from "../../../provider/ports/instant-start.ts";
import type { Machines } from "../../../provider/ports/machines.ts";
import type { Snapshots, SourceDisk } from "../../../provider/ports/snapshots.ts";
import { bootSector } from "../../../provider/qemu/boot-sector.ts";
import { commandLineOf, identityOf } from "../../../provider/process-identity.ts";
import type { GuestProcess } from "../../../provider/qemu/guest-process.ts";
import { writeYaml } from "../../../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { endProcessesOf, guestParts } from "../../qemu/small-guest.ts";

export const programs = ["qemu-system-x86_64", "qemu-storage-daemon", "qemu-img"];
export const MiB = 1_048_576;
export const diskSizeBytes = 4 * MiB;

/** What makes a machine one of QEMU's. */
export const byQemu = { memoryMiB: 16, qemu: { acceleration: "tcg", shutDownSeconds: 1 } };

const serverParts = { ...guestParts, serverProgram: serverProgram() };

export function newMachines(): Machines {
  return qemuMachines(folderMachines(guestParts.files), serverParts);
}

export function newInstantStart(): InstantStart {
  return qemuInstantStart(serverParts);
}

export function newSnapshots(): Snapshots {
  const { files } = guestParts;
  return qemuSnapshots(folderSnapshots({ files, clock: systemClock }), guestParts);
}

/** A disk that a guest of one sector starts from, with data behind it. */
export function bootImage(): Buffer {
  const image = Buffer.alloc(diskSizeBytes);
  image.set(bootSector());
  image.fill("data of this disk ", MiB, MiB + 2 * blockSizeBytes);
  return image;
}

/** QEMU and its storage daemons that were started with files of a folder, or in it. */
export function processesOf(folder: string): string[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLineOf(Number(pid)))
    .filter(([program]) => /^qemu-(system|storage)/.test(program ?? ""))
    .map((words) => words.join(" "))
    .filter((line) => line.includes(`${folder}/`));
}

/** The pids of the servers of disks of the machines in a folder. */
export function serversOf(folder: string): number[] {
  return fs
    .readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [, program = "", runFolder = ""] = commandLineOf(pid);
      return program === serverProgram() && `${runFolder}/`.startsWith(`${folder}/`);
    });
}

/** Kills the servers of disks as a crash would, and waits for their end. */
export async function killServersOf(folder: string): Promise<void> {
  const pids = serversOf(folder);
  for (const pid of pids) process.kill(pid, "SIGKILL");
  while (pids.some((pid) => identityOf(pid) !== undefined)) await systemClock.sleep(20);
}

/** What the guest of a machine does to its disk, by QEMU. */
export async function writeInGuest(guest: GuestProcess, diskId: string, request: string): Promise<void> {
  const line = `qemu-io -d /machine/peripheral/disk-${diskId}/virtio-backend "${request}"`;
  const said = await guest.withPower((qmp) =>
    qmp.execute<string>("human-monitor-command", { "command-line": line }),
  );
  // Absent where QEMU prints to its own standard output.
  if (/error|fail|not found/i.test(said)) throw new Error(said);
}

export class GuestSite {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-qemu-"));
  readonly machines = newMachines();
  readonly snapshots = newSnapshots();

  /** A machine of QEMU's, or with `{ qemu: undefined }` of a folder. Returns its folder. */
  make(name = "web1", changes: object = {}, diskIds: readonly string[] = ["os"]): string {
    const folder = path.join(this.folder, name);
    fs.mkdirSync(folder, { recursive: true });
    const definition = machineDefinition(name, diskIds, { ...byQemu, ...changes }) as MachineDefinition;
    for (const { file } of definition.disks) fs.writeFileSync(path.join(folder, file), bootImage());
    fs.writeFileSync(path.join(folder, "machine.yaml"), writeYaml(definition));
    return folder;
  }

  disk(machine: string, diskId = "os"): SourceDisk {
    return { machine, diskId, path: path.join(machine, `${diskId}.img`) };
  }

  guest(machine: string): GuestProcess {
    const place = qemuPlaceOf(guestParts.files, machine);
    const guest = place && runningGuest(guestParts, place);
    if (guest === undefined) throw new Error(`${machine} does not run.`);
    return guest;
  }

  write(machine: string, block: number, fill: number, diskId = "os"): Promise<void> {
    const request = `write -P ${fill} ${block * blockSizeBytes} 4k`;
    return writeInGuest(this.guest(machine), diskId, request);
  }

  /** Overwrites a part of an image behind QEMU's back. */
  overwrite(disk: SourceDisk): void {
    const { status, stderr } = spawnSync(
      "dd",
      ["if=/dev/urandom", `of=${disk.path}`, "bs=4096", "count=1", "seek=300", "conv=notrunc"],
      { encoding: "utf8" },
    );
    if (status !== 0) throw new Error(stderr);
  }

  async remove(): Promise<void> {
    const inside = fs.readdirSync(this.folder, { withFileTypes: true });
    const left = inside.filter((one) => one.isDirectory()).map(({ name }) => path.join(this.folder, name));
    await endProcessesOf(this.folder);
    for (const machine of left) await this.machines.remove(machine);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
