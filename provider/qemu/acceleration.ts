/**
 * Whether guests run by KVM, the processor itself, or by TCG, QEMU's emulation in software, which runs everywhere and is
 * about ten times slower. That `/dev/kvm` opens, and that QEMU says KVM is enabled, proves nothing: on a kernel with a
 * software substitute (PVM) both do, and no operating system gets through its first instructions.
 */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import type { Clock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { runCommand } from "../machines/run-command.ts";
import { said } from "../message.ts";
import { type Random, randomHex } from "../random.ts";
import { bootSector, bootSectorLine } from "./boot-sector.ts";

export type Acceleration = "kvm" | "tcg";
/** `auto`: KVM where it works. */
export type AccelerationSetting = "auto" | Acceleration;

export interface AccelerationParts {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  /** For the disk of the guest that is tried. */
  readonly temporaryFolder: string;
  readonly signal?: AbortSignal | undefined;
}

const probeSecondsDefault = 10;
/** The BIOS does not read a disk of less than a cylinder. */
const diskBytes = 1_048_576;

/**
 * The accelerator to use. A setting of `kvm` or `tcg` is taken as it is; `auto` is KVM if the processor has hardware
 * virtualization and a guest of one sector runs.
 */
export async function chooseAcceleration(
  setting: AccelerationSetting,
  parts: AccelerationParts,
  probe: typeof runsGuests = runsGuests,
): Promise<Acceleration> {
  if (setting !== "auto") return setting;
  if (!hasVirtualization(parts.files)) return "tcg";
  return (await probe("kvm", parts)) ? "kvm" : "tcg";
}

/** Whether the processor's flags have Intel's or AMD's hardware virtualization. */
function hasVirtualization(files: FileSystem): boolean {
  const cpuInfo = "/proc/cpuinfo";
  return files.exists(cpuInfo) && /^flags\s*:.*\b(vmx|svm)\b/m.test(procText(files, cpuInfo));
}

/** A file of `/proc`, which has no size of its own. */
function procText(files: FileSystem, filePath: string): string {
  const file = files.open(filePath, "read");
  try {
    const parts: Buffer[] = [];
    for (let at = 0; ;) {
      const buffer = Buffer.alloc(65_536);
      const count = file.read(buffer, at);
      if (count === 0) return Buffer.concat(parts).toString("latin1");
      parts.push(buffer.subarray(0, count));
      at += count;
    }
  } finally {
    file.close();
  }
}

/** Whether a guest gets as far as its first line within `seconds`. Throws `PrerequisitesNotMet` without QEMU. */
export async function runsGuests(
  acceleration: Acceleration,
  parts: AccelerationParts,
  seconds = probeSecondsDefault,
): Promise<boolean> {
  const { files, clock, random, temporaryFolder, signal } = parts;
  signal?.throwIfAborted();
  const disk = path.join(temporaryFolder, `probe-${randomHex(random, 6)}.img`);
  const seen = new AbortController();
  const onLine = (line: string): void => {
    if (line.includes(bootSectorLine)) seen.abort();
  };
  writeDisk(files, disk);
  try {
    const drive = {
      driver: "raw",
      "node-name": "disk",
      "read-only": true,
      file: { driver: "file", filename: disk },
    };
    const machine = ["-accel", acceleration, "-machine", "pc", "-m", "16", "-nodefaults", "-display", "none"];
    const devices = ["-serial", "stdio", "-device", "virtio-blk-pci,drive=disk"];
    const { startError } = await runCommand({
      command: ["qemu-system-x86_64", ...machine, "-blockdev", JSON.stringify(drive), ...devices],
      folder: temporaryFolder,
      timeoutSeconds: seconds,
      clock,
      onLine,
      signal: signal === undefined ? seen.signal : AbortSignal.any([signal, seen.signal]),
    });
    if (startError !== undefined) throw qemuMissing(startError);
  } finally {
    files.remove(disk);
  }
  signal?.throwIfAborted();
  return seen.signal.aborted;
}

function writeDisk(files: FileSystem, diskPath: string): void {
  const file = files.open(diskPath, "createNew");
  try {
    file.write(bootSector(), 0);
    file.truncate(diskBytes);
  } finally {
    file.close();
  }
}

/** The error for a computer without QEMU, or one that may not be run. */
export function qemuMissing(why: string): SiteRecoveryError {
  const message = said`QEMU cannot be started: ${why}. Install it: apt-get install --no-install-recommends
    qemu-system-x86, or your system's package with qemu-system-x86_64.`;
  return new SiteRecoveryError("PrerequisitesNotMet", message);
}
