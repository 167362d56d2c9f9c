/** Guest systems by the names that hypervisors have for them, as on the support matrix. */
import type { DescribedGuest } from "./machine-description.ts";

type Row = readonly [pattern: RegExp, family: DescribedGuest["family"], name: string, version?: string];

/** Ids of libosinfo: `http://ubuntu.com/ubuntu/22.04`. A version that a row lacks is the first group of its pattern. */
const osinfo: readonly Row[] = [
  [/^http:\/\/ubuntu\.com\/ubuntu\/([\d.]+)$/, "linux", "Ubuntu"],
  [/^http:\/\/debian\.org\/debian\/(\d+)$/, "linux", "Debian"],
  [/^http:\/\/redhat\.com\/rhel\/([\d.]+)$/, "linux", "Red Hat Enterprise Linux"],
  [/^http:\/\/centos\.org\/centos(?:-stream)?\/([\d.]+)$/, "linux", "CentOS"],
  [/^http:\/\/rockylinux\.org\/rocky\/([\d.]+)$/, "linux", "Rocky Linux"],
  [/^http:\/\/almalinux\.org\/almalinux\/([\d.]+)$/, "linux", "AlmaLinux"],
  [/^http:\/\/oracle\.com\/ol\/([\d.]+)$/, "linux", "Oracle Linux"],
  [/^http:\/\/suse\.com\/sles\/(\d+)(?:[.sp\d]*)$/, "linux", "SUSE Linux Enterprise Server"],
  [/^http:\/\/microsoft\.com\/win\/2k12$/, "windows", "Windows Server", "2012"],
  [/^http:\/\/microsoft\.com\/win\/2k12r2$/, "windows", "Windows Server", "2012 R2"],
  [/^http:\/\/microsoft\.com\/win\/2k16$/, "windows", "Windows Server", "2016"],
  [/^http:\/\/microsoft\.com\/win\/2k19$/, "windows", "Windows Server", "2019"],
  [/^http:\/\/microsoft\.com\/win\/2k22$/, "windows", "Windows Server", "2022"],
  [/^http:\/\/microsoft\.com\/win\/2k25$/, "windows", "Windows Server", "2025"],
  [/^http:\/\/microsoft\.com\/win\/(10|11)$/, "windows", "Windows"],
];

/** Ids of VMware, in lower case and with `guest`, `_` and `-` taken out: `ubuntu-64`, `rhel9_64Guest`. */
const vmware: readonly Row[] = [
  [/^ubuntu(64)?$/, "linux", "Ubuntu"],
  [/^debian(\d+)(64)?$/, "linux", "Debian"],
  [/^rhel([7-9])(64)?$/, "linux", "Red Hat Enterprise Linux"],
  [/^centos([7-9])(64)?$/, "linux", "CentOS"],
  [/^rockylinux(64)?$/, "linux", "Rocky Linux"],
  [/^almalinux(64)?$/, "linux", "AlmaLinux"],
  [/^oraclelinux([7-9])(64)?$/, "linux", "Oracle Linux"],
  [/^sles(1[0-9])(64)?$/, "linux", "SUSE Linux Enterprise Server"],
  // VMware names these by the version of Windows NT, and those after them by "next".
  [/^windows8server64$|^windows8srv64$/, "windows", "Windows Server", "2012"],
  [/^windows9server64$|^windows9srv64$/, "windows", "Windows Server", "2016"],
  [/^windows2019srv64$/, "windows", "Windows Server", "2019"],
  [/^windows2019srvnext64$/, "windows", "Windows Server", "2022"],
  [/^windows2022srvnext64$/, "windows", "Windows Server", "2025"],
  [/^windows9(64)?$/, "windows", "Windows", "10"],
  [/^windows11(64)?$/, "windows", "Windows", "11"],
];

function lookUp(rows: readonly Row[], id: string): DescribedGuest | undefined {
  for (const [pattern, family, name, fixed] of rows) {
    const match = pattern.exec(id);
    if (!match) continue;
    const version = fixed ?? (match[1] === "64" ? undefined : match[1]);
    return { family, name, ...(version === undefined ? {} : { version }) };
  }
  return undefined;
}

/** Of an id of libosinfo; `undefined` if it is in no row. */
export function guestOfOsinfo(id: string | undefined): DescribedGuest | undefined {
  return lookUp(osinfo, id ?? "");
}

/** Of an id of VMware; `undefined` if it is in no row. */
export function guestOfVmware(id: string | undefined): DescribedGuest | undefined {
  return lookUp(
    vmware,
    (id ?? "")
      .toLowerCase()
      .replace(/guest$/, "")
      .replaceAll(/[-_]/g, ""),
  );
}
