/** What a hypervisor's own file says of a machine, whatever its format. */

/** A description that cannot be taken over. The message is about the file, whose name comes in front. */
export class DescriptionRefused extends Error {}

export interface DescribedDisk {
  /** As the file says it: a path on the hypervisor, or a file beside the description. */
  readonly file: string;
  /** Virtual size, where the file says it. */
  readonly sizeBytes?: number;
}

export interface DescribedNic {
  readonly network: string;
  readonly macAddress?: string;
}

export interface DescribedGuest {
  readonly family: "windows" | "linux";
  readonly name: string;
  /** Absent if the file does not say it. */
  readonly version?: string;
}

export interface MachineDescription {
  readonly name: string | undefined;
  readonly cpus: number;
  readonly memoryMiB: number;
  readonly firmware: "bios" | "uefi";
  /** `undefined` if the file names none, or one that is in no table here. */
  readonly guest: DescribedGuest | undefined;
  /** In the order of the machine; the first is the one that it boots from. */
  readonly disks: readonly DescribedDisk[];
  readonly nics: readonly DescribedNic[];
}

/** A count within bounds. Throws `DescriptionRefused`. */
export function wholeNumber(text: string | undefined, what: string, most: number): number {
  const value = Number(text);
  if (text !== undefined && Number.isInteger(value) && value >= 1 && value <= most) return value;
  const found = text === undefined ? "is missing" : `is "${text.slice(0, 40)}"`;
  throw new DescriptionRefused(`${what} ${found}, and a whole number from 1 to ${most} is expected`);
}

export const cpusMax = 1024;
export const memoryMiBMax = 67_108_864;
