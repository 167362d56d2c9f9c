/** A guest without an operating system: one sector that says a line and stops. It runs within a second, also by TCG. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { commandLineOf, identityOf } from "../../provider/process-identity.ts";
import { systemRandom } from "../../provider/random.ts";
import { bootSector } from "../../provider/qemu/boot-sector.ts";
import { GuestProcess, type GuestParts } from "../../provider/qemu/guest-process.ts";
import type { QemuMachine } from "../../provider/qemu/qemu-machine.ts";

export const guestParts: GuestParts = { files: localFileSystem, clock: systemClock, random: systemRandom };

/** A folder with the disk of the guest; what still runs in it is killed at the end. */
export class SmallGuest {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "guest-"));
  readonly runFolder = path.join(this.folder, "run");
  readonly diskPath = path.join(this.folder, "os.img");

  constructor(sector: Uint8Array = bootSector()) {
    fs.writeFileSync(this.diskPath, sector);
    fs.truncateSync(this.diskPath, 1_048_576);
  }

  machine(more: Partial<QemuMachine> = {}): QemuMachine {
    const disks = [{ id: "os", format: "raw", path: this.diskPath }] as const;
    return { name: "web1", memoryMiB: 16, cpus: 1, firmware: "bios", disks, ...more };
  }

  find(): GuestProcess | undefined {
    return GuestProcess.find(guestParts, this.runFolder);
  }

  async close(): Promise<void> {
    const found = this.find();
    await endProcessesOf(this.folder);
    found?.removeSockets();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Kills each QEMU that was started with files of a folder, also one that is written down nowhere, and waits for its end. */
export async function endProcessesOf(folder: string): Promise<void> {
  const pids = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const own = pids
    .map(Number)
    .filter((pid) => commandLineOf(pid)[0] === "qemu-system-x86_64")
    .filter((pid) => commandLineOf(pid).some((word) => word.includes(`${folder}/`)));
  for (const pid of own) process.kill(pid, "SIGKILL");
  while (own.some((pid) => identityOf(pid) !== undefined)) await systemClock.sleep(20);
}
