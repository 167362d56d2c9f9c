/** OVMF, UEFI for guests: where systems put it, and each machine's own copy of its variables. */
import path from "node:path";
import type { FileSystem } from "../blocks/file-system.ts";
import { writeAtomically } from "../blocks/file-system.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { UefiFiles } from "./qemu-machine.ts";

/** Of Debian and Ubuntu, Fedora, Arch; without Secure Boot. */
const known: readonly (readonly [code: string, variables: string])[] = [
  ["/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"],
  ["/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"],
  ["/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"],
];
const variablesFile = "uefi-variables.fd";

/**
 * The firmware, with a copy of its variables in a folder of the machine's, which is made the first time: the guest writes
 * there what it starts from. Throws `PrerequisitesNotMet` without OVMF.
 */
export function uefiFiles(files: FileSystem, folder: string): UefiFiles {
  const found = known.find((pair) => pair.every((each) => files.exists(each)));
  if (found === undefined) {
    const message = said`A machine with UEFI needs OVMF, which is not installed. Install it:
      apt-get install --no-install-recommends ovmf.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message);
  }
  const [codePath, template] = found;
  const variablesPath = path.join(folder, variablesFile);
  if (!files.exists(variablesPath)) writeAtomically(files, variablesPath, readWhole(files, template));
  return { codePath, variablesPath };
}

function readWhole(files: FileSystem, filePath: string): Uint8Array {
  const file = files.open(filePath, "read");
  try {
    const bytes = new Uint8Array(file.size().sizeBytes);
    return bytes.subarray(0, file.read(bytes, 0));
  } finally {
    file.close();
  }
}
