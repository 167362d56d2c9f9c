/** Holds a machine against the support matrix (C-8). */
import type { Machine } from "./machine-driver.ts";
import { dataDiskMaxBytes, dataDisksMax, osDiskMaxBytes, supportedGuests } from "./support-matrix.ts";

const gibibyte = 1024 ** 3;

/** `9.4` is a release of version 9; `22.04` is a version of its own. */
function isVersion(version: string, supported: string): boolean {
  return version === supported || version.startsWith(`${supported}.`);
}

function guestReason({ guestOs }: Machine): string | undefined {
  const { family, name, version } = guestOs;
  const guest = supportedGuests.find(
    (entry) => entry.family === family && entry.name.toLowerCase() === name.toLowerCase(),
  );
  if (guest?.versions.some((supported) => isVersion(version, supported)) === true) return undefined;
  const names = supportedGuests.filter((entry) => entry.family === family).map((entry) => entry.name);
  const what = guest ? `${guest.name} ${guest.versions.join(", ")}` : `${names.join(", ")}`;
  return `its guest system ${name} ${version} is not on the support matrix; supported are ${what}`;
}

/** Why a machine cannot be protected; empty when it can. */
export function checkMachine(machine: Machine): string[] {
  const reasons: string[] = [];
  const guest = guestReason(machine);
  if (guest !== undefined) reasons.push(guest);
  const dataDisks = machine.disks.filter((disk) => disk.role === "data");
  if (dataDisks.length > dataDisksMax) {
    reasons.push(`it has ${dataDisks.length} data disks; at most ${dataDisksMax} are supported`);
  }
  for (const disk of machine.disks) {
    const limit = disk.role === "os" ? osDiskMaxBytes[machine.firmware] : dataDiskMaxBytes;
    if (disk.sizeBytes <= limit) continue;
    const size = (disk.sizeBytes / gibibyte).toFixed(1);
    const machineKind = disk.role === "os" ? ` of a ${machine.firmware} machine` : "";
    reasons.push(
      `its ${disk.role} disk ${disk.id} has ${size} GiB; at most ${limit / gibibyte} GiB${machineKind}`,
    );
  }
  return reasons;
}
