/**
 * A libvirt of its own for tests: the daemon of a session, whose files are all in one folder. libvirtd of root would use the
 * system's folders, so that it runs as nobody there.
 */
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { folderSnapshots } from "../../provider/disks/folder-snapshots.ts";
import type { LibvirtParts } from "../../provider/drivers/machines-libvirt/libvirt-parts.ts";
import { libvirtMachines } from "../../provider/drivers/machines-libvirt/libvirt-machines.ts";
import { libvirtSnapshots } from "../../provider/drivers/machines-libvirt/libvirt-snapshots.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import type { Machines } from "../../provider/ports/machines.ts";
import type { Snapshots, SourceDisk } from "../../provider/ports/snapshots.ts";
import { commandLineOf } from "../../provider/process-identity.ts";
import { systemRandom } from "../../provider/random.ts";
import { bootImage } from "../drivers/machines-qemu/guest-site.ts";

export const libvirtPrograms = [
  "libvirtd",
  "virsh",
  "qemu-system-x86_64",
  "qemu-storage-daemon",
  "qemu-nbd",
  "qemu-img",
];

const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

export interface DomainOptions {
  readonly disks?: readonly string[];
  readonly format?: "qcow2" | "raw";
  /** Elements of the devices besides disks. */
  readonly devices?: string;
  readonly metadata?: string;
  readonly memoryMiB?: number;
  /** By disk: a raw image that it begins with. Default: a guest of one sector. */
  readonly images?: Readonly<Record<string, string>>;
}

export class SessionLibvirt {
  /** Sockets are in it, whose paths are short. */
  readonly folder: string;
  readonly uri: string;
  readonly parts: LibvirtParts;

  private constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "lv-"));
    this.uri = `qemu:///session?socket=${this.folder}/run/libvirt/libvirt-sock`;
    const folder = path.join(this.folder, "shown");
    this.parts = { files: localFileSystem, clock: systemClock, random: systemRandom, folder };
    for (const name of ["run", "home", "images"]) fs.mkdirSync(path.join(this.folder, name));
    if (!isRoot) return;
    fs.chmodSync(this.folder, 0o755);
    for (const name of ["run", "home", "images"]) fs.chownSync(path.join(this.folder, name), nobody, nobody);
  }

  static async start(): Promise<SessionLibvirt> {
    const made = new SessionLibvirt();
    const asNobody = isRoot ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] : [];
    const [program, ...words] = [...asNobody, "libvirtd"];
    const log = fs.openSync(path.join(made.folder, "libvirtd.log"), "w");
    spawn(program!, words, {
      env: {
        PATH: process.env["PATH"],
        HOME: path.join(made.folder, "home"),
        XDG_RUNTIME_DIR: path.join(made.folder, "run"),
      },
      cwd: made.folder,
      stdio: ["ignore", log, log],
      detached: true,
    }).unref();
    while (!(await made.machines().isReachable(made.uri))) await systemClock.sleep(100);
    return made;
  }

  machines(): Machines {
    return libvirtMachines(folderMachines(localFileSystem), { clock: systemClock, askedMs: 500 });
  }

  /** As another process has them. */
  snapshots(): Snapshots {
    return libvirtSnapshots(folderSnapshots({ files: localFileSystem, clock: systemClock }), this.parts);
  }

  virsh(...words: readonly string[]): string {
    const ended = spawnSync("virsh", ["-q", "-c", this.uri, ...words], { encoding: "utf8" });
    if (ended.status !== 0) throw new Error(`virsh ${words.join(" ")}: ${ended.stderr}`);
    return ended.stdout.trim();
  }

  imagePath(name: string, disk: string): string {
    return path.join(this.folder, "images", `${name}-${disk}.img`);
  }

  /** Defines a domain that is off. Returns its place. */
  define(name: string, options: DomainOptions = {}): string {
    const {
      disks = ["vda"],
      format = "qcow2",
      memoryMiB = 16,
      devices = "",
      metadata = "",
      images = {},
    } = options;
    const elements = disks.map((disk) => {
      const image = this.imagePath(name, disk);
      const raw = images[disk] ?? `${image}.raw`;
      if (images[disk] === undefined) fs.writeFileSync(raw, bootImage());
      const { status, stderr } = spawnSync("qemu-img", ["convert", "-f", "raw", "-O", format, raw, image], {
        encoding: "utf8",
      });
      if (status !== 0) throw new Error(stderr);
      if (images[disk] === undefined) fs.rmSync(raw);
      if (isRoot) fs.chownSync(image, nobody, nobody);
      return `<disk type="file" device="disk"><driver name="qemu" type="${format}"/><source file="${image}"/><target dev="${disk}" bus="virtio"/></disk>`;
    });
    const xml = `<domain type="qemu"><name>${name}</name><metadata>${metadata}</metadata><memory unit="MiB">${memoryMiB}</memory><vcpu>1</vcpu>
      <os><type arch="x86_64" machine="pc">hvm</type></os><features><acpi/></features>
      <devices>${elements.join("")}${devices}</devices></domain>`;
    const file = path.join(this.folder, `${name}.xml`);
    fs.writeFileSync(file, xml);
    this.virsh("define", file);
    return `${this.uri}#${this.virsh("domuuid", name)}`;
  }

  disk(place: string, diskId = "vda"): SourceDisk {
    return { machine: place, diskId, path: `${place}/${diskId}.img` };
  }

  /** What the guest of a domain does to its disk, by its QEMU. */
  write(name: string, block: number, fill: number, device = "virtio-disk0"): void {
    const line = `qemu-io -d /machine/peripheral/${device}/virtio-backend "write -P ${fill} ${block * blockSizeBytes} 4k"`;
    const text = this.virsh("qemu-monitor-command", name, "--hmp", line);
    if (/error|fail|not found/i.test(text)) throw new Error(text);
  }

  #processes(): number[] {
    return fs
      .readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        const words = commandLineOf(pid);
        const isOwn = words.some((word) => word.includes(`${this.folder}/`));
        return isOwn && /^(qemu-system|qemu-storage|\/usr\/bin\/qemu-system)/.test(words[0] ?? "");
      });
  }

  /** The process of the QEMU of a domain. */
  qemuOf(name: string): number {
    const found = this.#processes().find((pid) =>
      commandLineOf(pid).some((word) => word.startsWith(`guest=${name},`)),
    );
    if (found === undefined) throw new Error(`${name} does not run.`);
    return found;
  }

  /** Ends the QEMU of a domain, if it runs. */
  end(name: string): void {
    spawnSync("virsh", ["-q", "-c", this.uri, "destroy", name]);
  }

  /** Ends the daemon; its domains run on. */
  async stop(): Promise<void> {
    const pidFile = path.join(this.folder, "run", "libvirt", "libvirtd.pid");
    if (!fs.existsSync(pidFile)) return;
    process.kill(Number(fs.readFileSync(pidFile, "utf8")), "SIGTERM");
    while (fs.existsSync(pidFile)) await systemClock.sleep(50);
  }

  async close(): Promise<void> {
    for (const pid of this.#processes()) process.kill(pid, "SIGKILL");
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
