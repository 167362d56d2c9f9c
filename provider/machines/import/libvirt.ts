/** A libvirt domain: what `virsh dumpxml` prints (libvirt.org, "Domain XML format"). */
import type { XmlElement } from "@rgrove/parse-xml";
import { guestOfOsinfo } from "./guest-names.ts";
import {
  cpusMax,
  type DescribedDisk,
  type DescribedNic,
  DescriptionRefused,
  type MachineDescription,
  memoryMiBMax,
  wholeNumber,
} from "./machine-description.ts";
import { all, at, attribute, textOf } from "./xml.ts";

/** Units of sizes, in bytes; libvirt's own is KiB. */
const units: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

function memoryOf(domain: XmlElement): number {
  const memory = at(domain, "memory");
  const unit = attribute(memory, "unit") ?? "KiB";
  if (!Object.hasOwn(units, unit)) throw new DescriptionRefused(`memory has the unit "${unit.slice(0, 40)}"`);
  const bytes = wholeNumber(textOf(memory), "memory", Number.MAX_SAFE_INTEGER) * units[unit]!;
  return wholeNumber(String(Math.ceil(bytes / 1024 ** 2)), "memory in MiB", memoryMiBMax);
}

interface Placed extends DescribedDisk {
  readonly target: string;
  readonly bootOrder: number;
}

/** `vda` before `vdb`, and `vdz` before `vdaa`. */
function compareTargets(one: string, other: string): number {
  return one.length - other.length || (one < other ? -1 : 1);
}

function diskOf(disk: XmlElement): Placed {
  const target = attribute(at(disk, "target"), "dev") ?? "";
  const source = at(disk, "source");
  const file = ["file", "dev", "volume", "name"].flatMap((name) => attribute(source, name) ?? [])[0];
  if (file === undefined)
    throw new DescriptionRefused(`the disk ${target || "without a target"} has no source`);
  return { file, target, bootOrder: Number(attribute(at(disk, "boot"), "order") ?? Infinity) };
}

function nicOf(nic: XmlElement): DescribedNic {
  const source = at(nic, "source");
  const network = ["network", "bridge", "dev"].flatMap((name) => attribute(source, name) ?? [])[0];
  const macAddress = attribute(at(nic, "mac"), "address");
  const type = attribute(nic, "type") ?? "network";
  return { network: network ?? type, ...(macAddress === undefined ? {} : { macAddress }) };
}

/** Throws `DescriptionRefused` for what is missing or out of range. */
export function describeLibvirtDomain(domain: XmlElement): MachineDescription {
  const os = at(domain, "os");
  const hasPflash = all(os, "loader").some((loader) => attribute(loader, "type") === "pflash");
  const devices = at(domain, "devices");
  const disks = all(devices, "disk")
    .filter((disk) => ["disk", "lun"].includes(attribute(disk, "device") ?? "disk"))
    .map(diskOf)
    .toSorted((one, other) =>
      one.bootOrder === other.bootOrder
        ? compareTargets(one.target, other.target)
        : one.bootOrder - other.bootOrder,
    );
  return {
    name: textOf(at(domain, "name")),
    cpus: wholeNumber(textOf(at(domain, "vcpu")) ?? "1", "vcpu", cpusMax),
    memoryMiB: memoryOf(domain),
    firmware: attribute(os, "firmware") === "efi" || hasPflash ? "uefi" : "bios",
    guest: guestOfOsinfo(attribute(at(domain, "metadata", "libosinfo", "os"), "id")),
    disks: disks.map(({ file }) => ({ file })),
    nics: all(devices, "interface").map(nicOf),
  };
}
