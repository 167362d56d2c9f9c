import { describe, expect, it } from "vitest";
import { checkMachine } from "../../provider/machines/check-machine.ts";
import type { Machine, MachineDisk } from "../../provider/ports/machines.ts";
import { sources, supportedGuests } from "../../provider/machines/support-matrix.ts";
import { goodMachine } from "./machine-folder.ts";

const gibibyte = 1024 ** 3;

function disk(id: string, role: "os" | "data", sizeBytes = gibibyte): MachineDisk {
  return { id, role, file: `${id}.img`, path: `/hv1/web1/${id}.img`, sizeBytes };
}

function machine(changes: Partial<Machine> = {}): Machine {
  return { ...goodMachine, folder: "/hv1/web1", disks: [disk("os", "os")], ...changes };
}

function guest(family: "windows" | "linux", name: string, version: string): string[] {
  return checkMachine(machine({ guestOs: { family, name, version } }));
}

describe("checkMachine", () => {
  it("[C-8] takes every guest system of the matrix, its releases and service packs", () => {
    for (const { family, name, versions } of supportedGuests) {
      for (const version of versions) expect(guest(family, name, version)).toEqual([]);
    }
    expect(guest("linux", "red hat enterprise linux", "9.4")).toEqual([]);
    expect(guest("linux", "Ubuntu", "22.04.3")).toEqual([]);
    expect(guest("linux", "SUSE Linux Enterprise Server", "12 SP5")).toEqual([]);
    expect(guest("windows", "Windows Server", "2012 r2")).toEqual([]);
  });

  it("[C-8] names the source of every row of the matrix", () => {
    for (const row of supportedGuests) {
      expect(row.sources.length, row.name).toBeGreaterThan(0);
      for (const source of row.sources) expect(sources[source]).toMatch(/\d{4}/);
    }
  });

  it.each([
    ["linux", "Ubuntu", "9.10", /supported are Ubuntu 18\.04, 20\.04, 22\.04, 24\.04/],
    ["linux", "Ubuntu", "22", /Ubuntu 22 is not on the support matrix/],
    ["linux", "Debian", "120", /Debian 120 is not on the support matrix/],
    ["linux", "AlmaLinux", "8.10", /supported are AlmaLinux 9/],
    ["linux", "Ubunto", "22.04", /did you mean 'Ubuntu'\? supported are Ubuntu, Debian/],
    ["linux", "TempleOS", "5", /not on the support matrix; supported are Ubuntu, Debian/],
    ["windows", "Windows Server", "2008 R2", /supported are Windows Server 2012, 2012 R2/],
    ["windows", "Windows Server", "2016 Nano", /2016 Nano is not on the support matrix/],
    ["windows", "Ubuntu", "22.04", /as a windows system; Ubuntu is of the family linux/],
  ] as const)("[C-8] refuses %s %s %s and names what is supported", (family, name, version, reason) => {
    expect(guest(family, name, version)).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ["an OS disk over 2,048 GiB of generation 1", "bios", 2048, /at most 2048 GiB of a bios machine/],
    ["an OS disk over 300 GiB of generation 2", "uefi", 300, /at most 300 GiB of a uefi machine/],
  ] as const)("[C-8] refuses %s, and takes the limit itself", (_what, firmware, limit, reason) => {
    const sized = (sizeBytes: number): string[] =>
      checkMachine(machine({ firmware, disks: [disk("os", "os", sizeBytes)] }));
    expect(sized(limit * gibibyte)).toEqual([]);
    expect(sized(limit * gibibyte + 1)).toEqual([expect.stringMatching(reason)]);
  });

  it("[C-8] refuses data disks that are too large or too many", () => {
    const disks = (count: number, sizeBytes?: number): MachineDisk[] => [
      disk("os", "os"),
      ...Array.from({ length: count }, (_, index) => disk(`data${index}`, "data", sizeBytes)),
    ];
    expect(checkMachine(machine({ disks: disks(16, 4095 * gibibyte) }))).toEqual([]);
    expect(checkMachine(machine({ disks: disks(17) }))).toEqual([
      "it has 17 data disks; at most 16 are supported",
    ]);
    expect(checkMachine(machine({ disks: disks(1, 4096 * gibibyte) }))).toEqual([
      "its data disk data0 has 4096.0 GiB; at most 4095 GiB",
    ]);
  });

  it("[C-8] wants exactly one OS disk, and disks that are not empty", () => {
    expect(checkMachine(machine({ disks: [disk("data", "data")] }))).toEqual([
      expect.stringMatching(/no OS disk/),
    ]);
    expect(checkMachine(machine({ disks: [disk("a", "os"), disk("b", "os")] }))).toEqual([
      "it has 2 OS disks (a, b); exactly 1 is supported",
    ]);
    expect(checkMachine(machine({ disks: [disk("os", "os", 0)] }))).toEqual([
      expect.stringMatching(/is empty/),
    ]);
  });

  it("tells all reasons at once", () => {
    const guestOs = { family: "linux", name: "Ubuntu", version: "9.10" } as const;
    expect(checkMachine(machine({ guestOs, disks: [disk("data", "data", 0)] }))).toHaveLength(3);
  });
});
