/** What the raw images of a folder say of their machine: firmware by the partition table, guest family by the file systems. */
import path from "node:path";
import type { FileSystem, OpenFile } from "../blocks/file-system.ts";
import type { MachineDefinition } from "../model/machine-definition.ts";

const sector = 512;
/** Names of raw images. */
export const imagePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*\.(img|raw)$/i;

type Family = "windows" | "linux";

interface ImageFacts {
  readonly file: string;
  /** By an EFI system partition, or a boot sector; `undefined` if the disk does not boot. */
  readonly boots: "bios" | "uefi" | undefined;
  readonly family: Family | undefined;
}

/** Zeros where the file has nothing, wherever a damaged table may point. */
function readAt(file: OpenFile, position: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  if (position < file.size().sizeBytes) file.read(buffer, position);
  return buffer;
}

/** The family of guests that use the file system at a place of a disk. */
function familyAt(file: OpenFile, position: number): Family | undefined {
  const head = readAt(file, position, 2048);
  if (head.toString("latin1", 3, 7) === "NTFS") return "windows";
  const isExt = head.readUInt16LE(1024 + 56) === 0xef53;
  const isLvm = head.toString("latin1", sector, sector + 8) === "LABELONE";
  if (isExt || isLvm || head.toString("latin1", 0, 4) === "XFSB") return "linux";
  return readAt(file, position + 65_536 + 64, 8).toString("latin1") === "_BHRfS_M" ? "linux" : undefined;
}

/** The type of an EFI system partition, as it is on disk. */
const efiSystem = "28732ac11ff8d211ba4b00a0c93ec93b";

function gptPartitions(file: OpenFile): { starts: number[]; hasEfi: boolean } {
  const header = readAt(file, sector, sector);
  const table = Number(header.readBigUInt64LE(72)) * sector;
  const [count, size] = [Math.min(header.readUInt32LE(80), 128), header.readUInt32LE(84)];
  const found = { starts: [] as number[], hasEfi: false };
  if (size < 128 || size > 4096) return found;
  for (let index = 0; index < count; index += 1) {
    const entry = readAt(file, table + index * size, 128);
    const type = entry.toString("hex", 0, 16);
    if (/^0+$/.test(type)) continue;
    found.hasEfi ||= type === efiSystem;
    found.starts.push(Number(entry.readBigUInt64LE(32)) * sector);
  }
  return found;
}

function factsOf(files: FileSystem, folder: string, name: string): ImageFacts {
  const file = files.open(path.join(folder, name), "read");
  try {
    const first = readAt(file, 0, sector);
    const isPartitioned = first.readUInt16LE(510) === 0xaa55;
    const isGpt = readAt(file, sector, 8).toString("latin1") === "EFI PART";
    const gpt = isGpt ? gptPartitions(file) : { starts: [], hasEfi: false };
    const entries = [0, 1, 2, 3].map((index) => 446 + 16 * index);
    const mbr = isPartitioned && !isGpt ? entries.filter((at) => first[at + 4] !== 0) : [];
    const starts = [0, ...gpt.starts, ...mbr.map((at) => first.readUInt32LE(at + 8) * sector)];
    const families = starts.flatMap((start) => familyAt(file, start) ?? []);
    const isActive = mbr.some((at) => first[at] === 0x80);
    const boots = gpt.hasEfi ? "uefi" : isActive ? "bios" : undefined;
    return { file: name, boots, family: families[0] };
  } finally {
    file.close();
  }
}

/** Of each family, a guest of the support matrix: which version it is, no disk says in a place that all share. */
const guests: Readonly<Record<Family, MachineDefinition["guestOs"]>> = {
  linux: { family: "linux", name: "Ubuntu", version: "22.04" },
  windows: { family: "windows", name: "Windows Server", version: "2022" },
};

export interface GuessedMachine {
  readonly definition: MachineDefinition;
  /** What was seen and what was assumed, a line each. */
  readonly notes: readonly string[];
}

/** A legal id out of an image's name. */
export function idOf(file: string, index: number): string {
  const id = file
    .replace(/\.[^.]+$/, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return id === "" ? `disk-${index + 1}` : id.slice(0, 56);
}

/** The machine of a folder with raw images (`*.img`, `*.raw`); `undefined` if it has none. */
export function guessMachine(files: FileSystem, folder: string): GuessedMachine | undefined {
  const images = files
    .list(folder)
    .filter((name) => imagePattern.test(name))
    .toSorted();
  if (images.length === 0) return undefined;
  const facts = images.map((name) => factsOf(files, folder, name));
  const os =
    facts.find(({ boots }) => boots !== undefined) ??
    facts.find(({ file }) => /^(os|root|boot|system)\b/i.test(file)) ??
    facts.find(({ family }) => family !== undefined) ??
    facts[0]!;
  const family = os.family ?? facts.find((one) => one.family !== undefined)?.family;
  const ids = facts.map(({ file }, index) => idOf(file, index));
  const guest = guests[family ?? "linux"];
  return {
    definition: {
      name: path.basename(folder),
      guestOs: guest,
      firmware: os.boots ?? "bios",
      cpus: 2,
      memoryMiB: 4096,
      nics: [{ name: "eth0", network: "production" }],
      disks: facts.map(({ file }, index) => ({
        id: ids.indexOf(ids[index]!) === index ? ids[index]! : `${ids[index]!}-${index + 1}`,
        file,
        role: file === os.file ? ("os" as const) : ("data" as const),
      })),
    },
    notes: [
      family === undefined
        ? "guestOs is assumed: no known file system was found."
        : `guestOs: the file system is one of ${family}; name and version are assumed.`,
      os.boots === undefined ? "firmware is assumed." : `firmware: ${os.file} boots by ${os.boots}.`,
      "cpus, memoryMiB and the network are assumed.",
    ],
  };
}
