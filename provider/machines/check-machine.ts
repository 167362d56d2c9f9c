/** Holds a machine against the support matrix (C-8). */
import type { RuleId } from "../rules/registry.ts";
import { nearestWord } from "../schemas/nearest.ts";
import type { Machine } from "../ports/machines.ts";
import type { MachineFacts } from "./machine-facts.ts";
import {
  dataDiskMaxBytes,
  dataDisksMax,
  osDiskMaxBytes,
  osDisks,
  supportedGuests,
} from "./support-matrix.ts";

interface MachineProblem {
  readonly rule: RuleId;
  readonly reason: string;
}

type Checked = Pick<MachineFacts, "guestOs" | "disks" | "firmware">;

const gibibyte = 1024 ** 3;

/** `9.4` is a release of 9 and `12 SP5` a service pack of 12; `22.04` and `2012 R2` are versions of their own. */
function isVersion(version: string, supported: string): boolean {
  if (version.toLowerCase() === supported.toLowerCase()) return true;
  const rest = version.startsWith(supported) ? version.slice(supported.length) : "";
  return /^\.\d+(\.\d+)*$/.test(rest) || /^ SP\d$/i.test(rest);
}

function guestReason({ guestOs }: Checked): string | undefined {
  const { family, name, version } = guestOs;
  const named = supportedGuests.filter((entry) => entry.name.toLowerCase() === name.toLowerCase());
  const guest = named.find((entry) => entry.family === family);
  if (guest?.versions.some((supported) => isVersion(version, supported)) === true) return undefined;
  const what = `its guest system ${name} ${version} is not on the support matrix`;
  if (guest) return `${what}; supported are ${guest.name} ${guest.versions.join(", ")}`;
  if (named[0]) return `${what} as a ${family} system; ${named[0].name} is of the family ${named[0].family}`;
  const names = supportedGuests.filter((entry) => entry.family === family).map((entry) => entry.name);
  const near = nearestWord(name, names);
  const hint = near === undefined ? "" : `did you mean '${near}'? `;
  return `${what}; ${hint}supported are ${names.join(", ")}`;
}

function diskProblems({ disks, firmware }: Checked): MachineProblem[] {
  return disks.flatMap(({ id, role, sizeBytes }) => {
    const rule = "machine-disk-size";
    if (sizeBytes === 0)
      return [{ rule, reason: `its ${role} disk ${id} is empty; make an image with a size` }];
    const limit = role === "os" ? osDiskMaxBytes[firmware].value : dataDiskMaxBytes.value;
    if (sizeBytes <= limit) return [];
    const size = (sizeBytes / gibibyte).toFixed(1);
    const machineKind = role === "os" ? ` of a ${firmware} machine` : "";
    const reason = `its ${role} disk ${id} has ${size} GiB; at most ${limit / gibibyte} GiB${machineKind}`;
    return [{ rule, reason }];
  });
}

/** Why a machine cannot be protected, each with its rule; empty when it can. */
export function machineProblems(machine: Checked): MachineProblem[] {
  const problems: MachineProblem[] = [];
  const add = (rule: RuleId, reason: string): void => void problems.push({ rule, reason });
  const guest = guestReason(machine);
  if (guest !== undefined) add("machine-guest-unsupported", guest);
  const osDiskIds = machine.disks.filter(({ role }) => role === "os").map(({ id }) => id);
  if (osDiskIds.length === 0)
    add("machine-os-disks", "it has no OS disk; give the disk that it boots from the role os");
  if (osDiskIds.length > osDisks.value) {
    add(
      "machine-os-disks",
      `it has ${osDiskIds.length} OS disks (${osDiskIds.join(", ")}); exactly 1 is supported`,
    );
  }
  const dataDisks = machine.disks.length - osDiskIds.length;
  if (dataDisks > dataDisksMax.value) {
    add("machine-data-disks", `it has ${dataDisks} data disks; at most ${dataDisksMax.value} are supported`);
  }
  return [...problems, ...diskProblems(machine)];
}

/** Why a machine cannot be protected; empty when it can. */
export function checkMachine(machine: Machine): string[] {
  return [...machineProblems(machine).map(({ reason }) => reason), ...(machine.obstacles ?? [])];
}
