/** The serial console of a machine, as the file has it that QEMU keeps it in. */
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { GuestConsole } from "../../qemu/guest-console.ts";
import { runFilesIn } from "../../qemu/run-record.ts";
import { qemuPlaceOf } from "./qemu-place.ts";

/** Of the machine's last run. Throws `PrerequisitesNotMet` for a machine that QEMU does not run. */
export function machineConsole(files: FileSystem, folder: string): GuestConsole {
  const place = qemuPlaceOf(files, folder);
  if (place !== undefined) return new GuestConsole(files, runFilesIn(place.runFolder).console);
  const message = said`The machine in ${folder} has no console: QEMU does not run it. Add a section qemu to its machine.yaml
    to run it.`;
  throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: folder });
}
