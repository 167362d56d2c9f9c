/**
 * Which machines can be protected from Hyper-V to Azure (C-8). Data only, each row with its source.
 *
 * Site Recovery's Hyper-V matrix takes any guest system that Azure supports, without a list of its own. Versions
 * are those that Microsoft lists as protected by Site Recovery when they run in Azure; what that list has not, such
 * as AlmaLinux 8, is left out.
 */

/** Microsoft's pages, by the name that rows refer to. */
export const sources = {
  azureVm:
    'learn.microsoft.com "Support matrix for Azure VM disaster recovery between Azure regions", 2025-06-13',
  azureVm2023: "the same page, late 2023 (Mobility service 9.56 and 9.57)",
  hyperV2018: 'learn.microsoft.com "Support matrix for Hyper-V replication to Azure", 2018-08-01',
  hyperV2026:
    'learn.microsoft.com "Support matrix for disaster recovery of on-premises Hyper-V VMs to Azure", 2026-05-05',
} as const;

export interface SupportedGuest {
  readonly family: "windows" | "linux";
  readonly name: string;
  /** `9` means all releases of 9, `12` all service packs of 12. */
  readonly versions: readonly string[];
  readonly sources: readonly (keyof typeof sources)[];
}

export const supportedGuests: readonly SupportedGuest[] = [
  {
    family: "windows",
    name: "Windows Server",
    versions: ["2012", "2012 R2", "2016", "2019", "2022", "2025"],
    sources: ["azureVm"],
  },
  { family: "windows", name: "Windows", versions: ["10", "11"], sources: ["azureVm"] },
  {
    family: "linux",
    name: "Ubuntu",
    versions: ["18.04", "20.04", "22.04", "24.04"],
    sources: ["azureVm"],
  },
  { family: "linux", name: "Debian", versions: ["10", "11", "12"], sources: ["azureVm"] },
  { family: "linux", name: "Red Hat Enterprise Linux", versions: ["7", "8", "9"], sources: ["azureVm"] },
  { family: "linux", name: "SUSE Linux Enterprise Server", versions: ["12", "15"], sources: ["azureVm"] },
  { family: "linux", name: "Oracle Linux", versions: ["7", "8", "9"], sources: ["azureVm"] },
  { family: "linux", name: "Rocky Linux", versions: ["8", "9"], sources: ["azureVm2023", "azureVm"] },
  { family: "linux", name: "AlmaLinux", versions: ["9"], sources: ["azureVm"] },
];

const gibibyte = 1024 ** 3;

export interface Limit {
  readonly value: number;
  readonly source: keyof typeof sources;
}

/**
 * Largest OS disk by firmware, in bytes: bios is generation 1, uefi generation 2. Replicas lie in storage accounts,
 * to which these limits apply. The page of 2026 gives 4 TB for generation 2 and 32 TB for data disks, on managed
 * disks only.
 */
export const osDiskMaxBytes: Record<"bios" | "uefi", Limit> = {
  bios: { value: 2048 * gibibyte, source: "hyperV2018" },
  uefi: { value: 300 * gibibyte, source: "hyperV2018" },
};
export const dataDiskMaxBytes: Limit = { value: 4095 * gibibyte, source: "hyperV2018" };
export const dataDisksMax: Limit = { value: 16, source: "hyperV2026" };
export const osDisks: Limit = { value: 1, source: "hyperV2026" };
