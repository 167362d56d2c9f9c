/** An OVF package's descriptor (DMTF DSP0243): one virtual system. */
import type { XmlElement } from "@rgrove/parse-xml";
import { guestOfVmware } from "./guest-names.ts";
import {
  cpusMax,
  type DescribedDisk,
  DescriptionRefused,
  type MachineDescription,
  memoryMiBMax,
  wholeNumber,
} from "./machine-description.ts";
import { all, at, attribute, textOf } from "./xml.ts";

/** Types of resources of CIM_ResourceAllocationSettingData. */
const resource = { cpu: "3", memory: "4", ethernet: "10", disk: "17" } as const;

/** Bytes of units such as `byte * 2^20`, and of the words that older files have. Throws `DescriptionRefused`. */
function unitBytes(text: string | undefined, what: string): number {
  const words: Readonly<Record<string, number>> = {
    byte: 1,
    bytes: 1,
    kilobytes: 1024,
    megabytes: 1024 ** 2,
    gigabytes: 1024 ** 3,
  };
  const unit = (text ?? "byte").trim().toLowerCase();
  if (Object.hasOwn(words, unit)) return words[unit]!;
  const power = /^byte\s*\*\s*2\^(\d{1,2})$/.exec(unit);
  if (power) return 2 ** Number(power[1]);
  throw new DescriptionRefused(`${what} has the unit "${unit.slice(0, 40)}"`);
}

function virtualSystem(envelope: XmlElement): XmlElement {
  const systems = [
    ...all(envelope, "VirtualSystem"),
    ...all(envelope, "VirtualSystemCollection").flatMap((list) => all(list, "VirtualSystem")),
  ];
  if (systems.length === 1) return systems[0]!;
  throw new DescriptionRefused(`describes ${systems.length} machines; export one into each folder`);
}

/** The resources of the default configuration. */
function itemsOf(envelope: XmlElement, system: XmlElement): XmlElement[] {
  const options = all(at(envelope, "DeploymentOptionSection"), "Configuration");
  const chosen = options.find((option) => attribute(option, "default") === "true") ?? options[0];
  const id = attribute(chosen, "id") ?? "";
  return all(at(system, "VirtualHardwareSection"), "Item", "StorageItem", "EthernetPortItem").filter(
    (item) => {
      const configurations = attribute(item, "configuration")?.split(/\s+/);
      return attribute(item, "bound") === undefined && (configurations?.includes(id) ?? true);
    },
  );
}

const valueOf = (item: XmlElement | undefined, name: string): string | undefined => textOf(at(item, name));

function ofType(items: readonly XmlElement[], type: string): XmlElement[] {
  return items.filter((item) => valueOf(item, "ResourceType") === type);
}

function diskOf(envelope: XmlElement, item: XmlElement): DescribedDisk {
  const host = valueOf(item, "HostResource") ?? "";
  const [, kind, id] = /^(?:ovf:)?\/(disk|file)\/(.+)$/.exec(host) ?? [];
  const disk = all(at(envelope, "DiskSection"), "Disk").find((one) => attribute(one, "diskId") === id);
  const fileId = kind === "file" ? id : attribute(disk, "fileRef");
  const file = all(at(envelope, "References"), "File").find((one) => attribute(one, "id") === fileId);
  const href = attribute(file, "href");
  if (href === undefined)
    throw new DescriptionRefused(`the disk "${host.slice(0, 80)}" has no file in References`);
  const capacity = attribute(disk, "capacity");
  if (capacity === undefined) return { file: href };
  const unit = unitBytes(attribute(disk, "capacityAllocationUnits"), "capacity of a disk");
  const bytes = wholeNumber(capacity, "capacity of a disk", Number.MAX_SAFE_INTEGER) * unit;
  return { file: href, sizeBytes: bytes };
}

/** Controllers in the order of their ids, and the disks of each by their addresses. */
function inOrder(items: readonly XmlElement[]): XmlElement[] {
  const place = (item: XmlElement, name: string): number => Number(valueOf(item, name) ?? 0);
  return items.toSorted(
    (one, other) =>
      place(one, "Parent") - place(other, "Parent") ||
      place(one, "AddressOnParent") - place(other, "AddressOnParent"),
  );
}

/** Throws `DescriptionRefused` for what is missing or out of range. */
export function describeOvf(envelope: XmlElement): MachineDescription {
  const system = virtualSystem(envelope);
  const items = itemsOf(envelope, system);
  const [cpu] = ofType(items, resource.cpu);
  const [memory] = ofType(items, resource.memory);
  const unit = unitBytes(valueOf(memory, "AllocationUnits") ?? "byte * 2^20", "memory");
  const bytes = wholeNumber(valueOf(memory, "VirtualQuantity"), "memory", Number.MAX_SAFE_INTEGER) * unit;
  const section = at(system, "OperatingSystemSection");
  const config = all(at(system, "VirtualHardwareSection"), "Config");
  const firmware = config.find((one) => attribute(one, "key") === "firmware");
  return {
    name: textOf(at(system, "Name")) ?? attribute(system, "id"),
    cpus: wholeNumber(valueOf(cpu, "VirtualQuantity"), "the number of processors", cpusMax),
    memoryMiB: wholeNumber(String(Math.ceil(bytes / 1024 ** 2)), "memory in MiB", memoryMiBMax),
    firmware: attribute(firmware, "value") === "efi" ? "uefi" : "bios",
    guest: guestOfVmware(attribute(section, "osType")),
    disks: inOrder(ofType(items, resource.disk)).map((item) => diskOf(envelope, item)),
    nics: ofType(items, resource.ethernet).map((item) => {
      const address = valueOf(item, "Address");
      // An address may be one of the parent's bus as well.
      const macAddress = address?.includes(":") ? address : undefined;
      return {
        network: valueOf(item, "Connection") ?? "production",
        ...(macAddress === undefined ? {} : { macAddress }),
      };
    }),
  };
}
