/**
 * Which machines can be protected from Hyper-V to Azure (C-8). Data only, each figure with its source.
 *
 * Guest systems: Microsoft's Hyper-V support matrix takes "any guest OS supported for Azure"; the families are
 * those of Azure's pages on endorsed Linux distributions and on Windows Server, as of 2024.
 * Disks: the Hyper-V to Azure support matrix of 2018-08 (OS disk 2,048 GB on generation 1 and 300 GB on
 * generation 2 machines, at most 16 data disks, at most 4,095 GB a data disk).
 */
export interface SupportedGuest {
  readonly family: "windows" | "linux";
  readonly name: string;
  readonly versions: readonly string[];
}

export const supportedGuests: readonly SupportedGuest[] = [
  { family: "windows", name: "Windows Server", versions: ["2012 R2", "2016", "2019", "2022", "2025"] },
  { family: "windows", name: "Windows", versions: ["10", "11"] },
  { family: "linux", name: "Ubuntu", versions: ["18.04", "20.04", "22.04", "24.04"] },
  { family: "linux", name: "Debian", versions: ["10", "11", "12"] },
  { family: "linux", name: "Red Hat Enterprise Linux", versions: ["7", "8", "9"] },
  { family: "linux", name: "SUSE Linux Enterprise Server", versions: ["12", "15"] },
  { family: "linux", name: "Oracle Linux", versions: ["7", "8", "9"] },
  { family: "linux", name: "Rocky Linux", versions: ["8", "9"] },
  { family: "linux", name: "AlmaLinux", versions: ["8", "9"] },
];

const gibibyte = 1024 ** 3;

/** Largest OS disk by firmware, in bytes: bios is generation 1, uefi generation 2. */
export const osDiskMaxBytes = { bios: 2048 * gibibyte, uefi: 300 * gibibyte } as const;
export const dataDiskMaxBytes = 4095 * gibibyte;
export const dataDisksMax = 16;
