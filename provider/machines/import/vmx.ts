/** A VMX file of VMware: lines of `key = "value"`, keys without regard to letter case. */
import { guestOfVmware } from "./guest-names.ts";
import {
  cpusMax,
  type DescribedDisk,
  type DescribedNic,
  DescriptionRefused,
  type MachineDescription,
  memoryMiBMax,
  wholeNumber,
} from "./machine-description.ts";

/** Throws `DescriptionRefused` for a line that is none, or a key that is there twice. */
function settingsOf(text: string): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#.*)?$/.test(line)) continue;
    const [, key, value] = /^\s*([\w.:-]+)\s*=\s*"([^"]*)"\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined)
      throw new DescriptionRefused(`line ${index + 1}: a line is key = "value"`);
    if (settings.has(key.toLowerCase()))
      throw new DescriptionRefused(`line ${index + 1}: ${key.slice(0, 40)} is there twice`);
    // Characters that a line cannot hold stand as | and two hexadecimal digits.
    const plain = value.replaceAll(/\|([0-9A-Fa-f]{2})/g, (_all, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    settings.set(key.toLowerCase(), plain);
  }
  return settings;
}

const controllers = ["scsi", "nvme", "sata", "ide"];
const isFalse = (value: string | undefined): boolean => value?.toLowerCase() === "false";

interface Slot {
  readonly name: string;
  readonly place: readonly number[];
}

/** Slots with a disk, by controller and unit; the one that the firmware tries first is the first. */
function slotsOf(settings: ReadonlyMap<string, string>): Slot[] {
  const slots = [...settings.keys()].flatMap((key): Slot[] => {
    const match = /^(scsi|nvme|sata|ide)(\d+):(\d+)\.filename$/.exec(key);
    if (!match) return [];
    const [, kind = "", bus, unit] = match;
    return [{ name: `${kind}${bus}:${unit}`, place: [controllers.indexOf(kind), Number(bus), Number(unit)] }];
  });
  const first = settings.get("bios.hddorder")?.split(",")[0]?.trim().toLowerCase();
  const rank = ({ name, place }: Slot): number[] => [name === first ? 0 : 1, ...place];
  return slots.toSorted((one, other) => {
    const [left, right] = [rank(one), rank(other)];
    const at = left.findIndex((value, index) => value !== right[index]);
    return at < 0 ? 0 : left[at]! - right[at]!;
  });
}

function disksOf(settings: ReadonlyMap<string, string>): DescribedDisk[] {
  return slotsOf(settings)
    .filter(({ name }) => {
      const type = settings.get(`${name}.devicetype`)?.toLowerCase() ?? "disk";
      return !isFalse(settings.get(`${name}.present`)) && /disk/.test(type);
    })
    .map(({ name }) => ({ file: settings.get(`${name}.filename`)! }));
}

function nicsOf(settings: ReadonlyMap<string, string>): DescribedNic[] {
  const numbers = [...settings.keys()].flatMap((key) => /^ethernet(\d+)\.present$/.exec(key)?.[1] ?? []);
  return numbers
    .map(Number)
    .toSorted((one, other) => one - other)
    .filter((number) => !isFalse(settings.get(`ethernet${number}.present`)))
    .map((number) => {
      const get = (name: string): string | undefined => settings.get(`ethernet${number}.${name}`);
      const macAddress = get("address") ?? get("generatedaddress");
      return {
        network: get("networkname") ?? get("vnet") ?? get("connectiontype") ?? "bridged",
        ...(macAddress === undefined ? {} : { macAddress }),
      };
    });
}

/** Throws `DescriptionRefused` for what is missing or out of range. */
export function describeVmx(text: string): MachineDescription {
  const settings = settingsOf(text);
  return {
    name: settings.get("displayname"),
    cpus: wholeNumber(settings.get("numvcpus") ?? "1", "numvcpus", cpusMax),
    memoryMiB: wholeNumber(settings.get("memsize"), "memSize", memoryMiBMax),
    firmware: settings.get("firmware")?.toLowerCase() === "efi" ? "uefi" : "bios",
    guest: guestOfVmware(settings.get("guestos")),
    disks: disksOf(settings),
    nics: nicsOf(settings),
  };
}
