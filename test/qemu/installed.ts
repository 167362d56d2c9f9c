import fs from "node:fs";
import path from "node:path";
import { describe } from "vitest";

const packageOf: Record<string, string> = {
  "qemu-system-x86_64": "qemu-system-x86",
  "qemu-storage-daemon": "qemu-system-common",
  "qemu-img": "qemu-utils",
  "qemu-nbd": "qemu-utils",
  libvirtd: "libvirt-daemon libvirt-daemon-driver-qemu libvirt-daemon-system",
  virsh: "libvirt-clients",
  nbdinfo: "libnbd-bin",
  nbdcopy: "libnbd-bin",
};

export function isInstalled(program: string): boolean {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  return folders.some((folder) => fs.existsSync(path.join(folder, program)));
}

/** A group of tests that needs programs; without them it is skipped, and its name says what to install. */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  const packages = [...new Set(missing.map((program) => packageOf[program] ?? program))].join(" ");
  if (missing.length === 0) describe(name, tests);
  else describe.skip(`${name} (skipped: apt-get install --no-install-recommends ${packages})`, tests);
}
