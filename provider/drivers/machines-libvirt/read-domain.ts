/** A libvirt domain as a machine: what its XML says, with the sizes that its disks have now. */
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { describeLibvirtDomain } from "../../machines/import/libvirt.ts";
import { DescriptionRefused } from "../../machines/import/machine-description.ts";
import { macOf, networkName } from "../../machines/import/nic-names.ts";
import { all, at, attribute, isNamed, readXml, textOf, type XmlElement } from "../../machines/import/xml.ts";
import { supportedGuests } from "../../machines/support-matrix.ts";
import { said } from "../../message.ts";
import type { MachineDefinition } from "../../model/machine-definition.ts";
import type { Machine } from "../../ports/machines.ts";
import type { DomainPlace } from "./domain-place.ts";
import { virsh } from "./virsh.ts";

/** A disk of a domain. */
export interface DomainDisk {
  /** The device's name in the guest's definition, such as `vda`: the disk's id. */
  readonly target: string;
  /** The path of the image or the device, on the hypervisor. */
  readonly source: string;
  readonly isFile: boolean;
  readonly format: string;
}

export interface Domain {
  readonly name: string;
  readonly root: XmlElement;
  readonly disks: readonly DomainDisk[];
}

function refuse({ place }: DomainPlace, name: string, why: string): SiteRecoveryError {
  const message = said`The domain ${name} of ${place} cannot be used as a machine: it ${why}.`;
  return new SiteRecoveryError("PrerequisitesNotMet", message, { target: place, property: "disks" });
}

/** What libvirt keeps of a domain, which is what its next start makes. Throws `NotFound` and `SourceUnreachable`. */
export async function readDomainXml(clock: Clock, { uri, uuid }: DomainPlace): Promise<XmlElement> {
  const text = await virsh(clock, uri, ["dumpxml", uuid, "--inactive"]);
  const root = readXml(text);
  if (!isNamed(root, "domain"))
    throw new SiteRecoveryError("IoFailed", said`virsh dumpxml of ${uuid} at ${uri} printed no domain.`, {
      target: uri,
    });
  return root;
}

/** Disks that the guest shares with others, or only reads, are no part of its state. */
function disksOf(place: DomainPlace, name: string, root: XmlElement): DomainDisk[] {
  return all(at(root, "devices"), "disk").flatMap((disk): DomainDisk[] => {
    if ((attribute(disk, "device") ?? "disk") !== "disk") return [];
    if (at(disk, "readonly") !== undefined || at(disk, "shareable") !== undefined) return [];
    const target = attribute(at(disk, "target"), "dev") ?? "";
    const source = at(disk, "source");
    const file = attribute(source, "file");
    const found = file ?? attribute(source, "dev");
    if (found === undefined || target === "")
      throw refuse(
        place,
        name,
        `has the disk ${target || "without a target"}, whose data is in no file or block device`,
      );
    const format = attribute(at(disk, "driver"), "type") ?? "raw";
    return [{ target, source: found, isFile: file !== undefined, format }];
  });
}

export async function readDomain(clock: Clock, place: DomainPlace): Promise<Domain> {
  const root = await readDomainXml(clock, place);
  const name = textOf(at(root, "name")) ?? place.uuid;
  return { name, root, disks: disksOf(place, name, root) };
}

/** By target: the bytes that the guest sees. */
export async function readSizes(
  clock: Clock,
  { uri, uuid }: DomainPlace,
): Promise<ReadonlyMap<string, number>> {
  const text = await virsh(clock, uri, ["domblkinfo", uuid, "--all"]);
  return new Map(
    text.split("\n").flatMap((line) => {
      const [target, capacity] = line.trim().split(/\s+/);
      return target !== undefined && /^\d+$/.test(capacity ?? "")
        ? [[target, Number(capacity)] as const]
        : [];
    }),
  );
}

/** The guest where the domain does not say it by libosinfo: one of the support matrix, as for a folder of images. */
const guestAssumed: MachineDefinition["guestOs"] = { family: "linux", name: "Ubuntu", version: "22.04" };

function guestOf(described: ReturnType<typeof describeLibvirtDomain>): MachineDefinition["guestOs"] {
  const { guest } = described;
  if (guest === undefined) return guestAssumed;
  const newest = supportedGuests.find(({ name }) => name === guest.name)?.versions.at(-1) ?? "unknown";
  return { version: newest, ...guest };
}

/**
 * A domain as a machine that QEMU can run at the other side. The first disk in the order of booting is the one with the
 * system. Throws `PrerequisitesNotMet` for a disk that cannot be protected, and for an image that is missing.
 */
export async function readMachine(clock: Clock, place: DomainPlace): Promise<Machine> {
  const domain = await readDomain(clock, place);
  const described = describe(place, domain);
  const sizes = await readSizes(clock, place);
  const isFirst = ({ source }: DomainDisk): boolean => source === described.disks[0]?.file;
  const hasFirst = domain.disks.some(isFirst);
  return {
    folder: place.place,
    name: domain.name,
    guestOs: guestOf(described),
    firmware: described.firmware,
    cpus: described.cpus,
    memoryMiB: described.memoryMiB,
    qemu: {},
    nics: described.nics.map(({ network, macAddress }, index) => {
      const mac = macOf(macAddress);
      return {
        name: `eth${index}`,
        network: networkName(network),
        ...(mac === undefined ? {} : { macAddress: mac }),
      };
    }),
    disks: domain.disks.map((disk, index) => {
      const { target, source } = disk;
      const sizeBytes = sizes.get(target);
      if (sizeBytes === undefined)
        throw refuse(place, domain.name, `has the disk ${target}, and libvirt does not say its size`);
      const isOs = hasFirst ? isFirst(disk) : index === 0;
      return { id: target, file: `${target}.img`, role: isOs ? "os" : "data", path: source, sizeBytes };
    }),
  };
}

function describe(place: DomainPlace, { name, root }: Domain): ReturnType<typeof describeLibvirtDomain> {
  try {
    return describeLibvirtDomain(root);
  } catch (error) {
    if (error instanceof DescriptionRefused)
      throw refuse(place, name, `has XML that is not understood: ${error.message}`);
    throw error;
  }
}
