/**
 * The machine of a folder that has a description beside its images: libvirt domain XML, OVF or VMX. Only files in the
 * folder itself are looked at, whatever paths the description has.
 */
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { DefinitionError } from "../../yaml/definition-error.ts";
import { readText } from "../../yaml/read-text.ts";
import { type GuessedMachine, guessMachine, idOf, imagePattern } from "../guess-machine.ts";
import type { MachineDefinition, MachineDiskDefinition, MachineNic } from "../../model/machine-definition.ts";
import { supportedGuests } from "../support-matrix.ts";
import { describeLibvirtDomain } from "./libvirt.ts";
import {
  type DescribedDisk,
  DescriptionRefused,
  type DescribedNic,
  type MachineDescription,
} from "./machine-description.ts";
import { macOf, networkName } from "./nic-names.ts";
import { describeOvf } from "./ovf.ts";
import { describeVmx } from "./vmx.ts";
import { isNamed, readXml } from "./xml.ts";

/** By the end of a file's name; `undefined` for XML of something else. Throws `DescriptionRefused`. */
const formats: Readonly<Record<string, (text: string) => MachineDescription | undefined>> = {
  ".xml": (text) => {
    const root = readXml(text);
    return isNamed(root, "domain") ? describeLibvirtDomain(root) : undefined;
  },
  ".ovf": (text) => {
    const root = readXml(text);
    if (!isNamed(root, "Envelope"))
      throw new DescriptionRefused("is no OVF descriptor: its root is not Envelope");
    return describeOvf(root);
  },
  ".vmx": describeVmx,
};

function refusal(file: string, why: string): SiteRecoveryError {
  return new SiteRecoveryError("InvalidInput", said`${file}: ${why}.`, { target: file });
}

function readFile(files: FileSystem, file: string): string {
  const isInside = path.dirname(files.realPath(file)) === files.realPath(path.dirname(file));
  if (!isInside) throw refusal(file, "is a link out of its folder; put the file itself there");
  const read = (name: string, limit: number): Buffer => {
    const open = files.open(name, "read");
    try {
      const buffer = Buffer.alloc(Math.min(open.size().sizeBytes, limit));
      return buffer.subarray(0, open.read(buffer, 0));
    } finally {
      open.close();
    }
  };
  try {
    return readText(file, read).replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof DefinitionError) throw refusal(file, error.findings[0]!.message);
    throw error;
  }
}

interface Found {
  readonly file: string;
  readonly description: MachineDescription;
}

/** The description in a folder. Throws `InvalidInput` if it cannot be taken over, or there are two. */
function findDescription(files: FileSystem, folder: string): Found | undefined {
  const found = files.list(folder).flatMap((name): Found[] => {
    const describe = formats[path.extname(name).toLowerCase()];
    if (describe === undefined) return [];
    const file = path.join(folder, name);
    try {
      const description = describe(readFile(files, file));
      return description === undefined ? [] : [{ file, description }];
    } catch (error) {
      if (error instanceof DescriptionRefused) throw refusal(file, error.message);
      throw error;
    }
  });
  const [first, second] = found;
  if (first === undefined || second === undefined) return first;
  throw refusal(
    second.file,
    `${path.basename(first.file)} describes a machine as well; keep the one that is right`,
  );
}

/** The raw image of a disk: of the same name, or with `.img` or `.raw` in place of its ending. Throws `InvalidInput`. */
function imageOf(files: FileSystem, { file }: Found, disk: DescribedDisk): string {
  const folder = path.dirname(file);
  // Paths of Windows, and `[datastore] folder/file` of VMware, end like others.
  const parts = disk.file.split(/[/\\]/);
  if (parts.includes(".."))
    throw refusal(file, `the disk "${disk.file.slice(0, 80)}" is outside of the folder`);
  const base = parts.at(-1)!.replace(/^\[[^\]]*\]\s*/, "");
  const stem = base.replace(/\.[^.]+$/, "");
  const wanted = [base, `${base}.img`, `${base}.raw`, `${stem}.img`, `${stem}.raw`].filter((name) =>
    imagePattern.test(name),
  );
  const here = new Set(files.list(folder));
  const image = wanted.find((name) => here.has(name));
  if (image !== undefined) return image;
  const why = `has the disk ${base.slice(0, 80)}, and there is no raw image ${stem.slice(0, 80)}.img beside it`;
  throw refusal(file, `${why}; make one with qemu-img convert -O raw`);
}

function disksOf(files: FileSystem, found: Found): MachineDiskDefinition[] {
  const { file, description } = found;
  if (description.disks.length === 0) throw refusal(file, "has no disk");
  const images = description.disks.map((disk) => imageOf(files, found, disk));
  const ids = images.map(idOf);
  return images.map((image, index) => {
    if (images.indexOf(image) !== index) throw refusal(file, `has two disks in the image ${image}`);
    const { sizeBytes } = description.disks[index]!;
    const size = files.facts(path.join(path.dirname(file), image)).sizeBytes;
    if (sizeBytes !== undefined && size !== sizeBytes) {
      const why = `says that ${image} has ${sizeBytes} bytes, and it has ${size}`;
      throw refusal(file, `${why}; convert the disk again`);
    }
    const id = ids[index]!;
    return {
      id: ids.indexOf(id) === index ? id : `${id}-${index + 1}`,
      file: image,
      role: index === 0 ? "os" : "data",
    };
  });
}

function nicOf({ network, macAddress }: DescribedNic, index: number): MachineNic {
  const mac = macOf(macAddress);
  return {
    name: `eth${index}`,
    network: networkName(network),
    ...(mac === undefined ? {} : { macAddress: mac }),
  };
}

function notesOf(found: Found, definition: MachineDefinition, guessed: GuessedMachine): string[] {
  const { description, file } = found;
  const { guest, nics, name } = description;
  const unnamed = guessed.definition.disks.filter(
    (disk) => !definition.disks.some((one) => one.file === disk.file),
  );
  const renamed = nics.flatMap(({ network }, index) => {
    const legal = definition.nics[index]!.network;
    return legal === network ? [] : [`The network "${network}" is called ${legal}.`];
  });
  return [
    `Taken over from ${path.basename(file)}.`,
    ...(guest?.version === undefined ? ["The version of guestOs is assumed."] : []),
    ...(guest === undefined ? [guessed.notes[0]!] : []),
    ...(name === undefined || name === definition.name
      ? []
      : [`It is called "${name}" there; a machine has the name of its folder.`]),
    ...renamed,
    ...unnamed.map((disk) => `${disk.file} is no disk of it, and is not protected.`),
  ];
}

/**
 * The machine of a folder by its description; `undefined` if it has none, or no image. Throws `InvalidInput` for a
 * description that cannot be taken over as a whole.
 */
export function describedMachine(files: FileSystem, folder: string): GuessedMachine | undefined {
  const guessed = guessMachine(files, folder);
  const found = guessed && findDescription(files, folder);
  if (guessed === undefined || found === undefined) return undefined;
  const { cpus, memoryMiB, firmware, guest, nics } = found.description;
  const assumed = guessed.definition.guestOs;
  const definition: MachineDefinition = {
    name: path.basename(folder),
    guestOs: guest === undefined ? assumed : { version: assumedVersion(guest.name), ...guest },
    firmware,
    cpus,
    memoryMiB,
    nics: nics.map(nicOf),
    disks: disksOf(files, found),
  };
  return { definition, notes: notesOf(found, definition, guessed) };
}

/** The newest version that is on the support matrix. */
function assumedVersion(name: string): string {
  return supportedGuests.find((guest) => guest.name === name)?.versions.at(-1) ?? "unknown";
}
