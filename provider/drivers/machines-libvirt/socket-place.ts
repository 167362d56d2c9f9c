/** Where QEMU's own user makes the socket and the scratch files of a backup. */
import { createHash } from "node:crypto";
import os from "node:os";
import path from "node:path";
import type { FileSystem } from "../../blocks/file-system.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import { runCommand } from "../../machines/run-command.ts";
import { randomHex } from "../../random.ts";
import type { DomainPlace } from "./domain-place.ts";
import type { LibvirtParts } from "./libvirt-parts.ts";
import type { DomainDisk } from "./read-domain.ts";

/**
 * Makes a folder for the socket of one backup. QEMU of `qemu:///system` runs as a user of its own, so that others may make
 * files in the folder, and look up none without knowing its name. Connecting needs the right to write to the socket, which
 * QEMU's user and root have.
 */
export async function makeSocketPlace(
  { files, random, clock }: LibvirtParts,
  { uuid }: DomainPlace,
): Promise<{ folder: string; socketPath: string }> {
  const machineHash = createHash("sha256").update(uuid).digest("hex").slice(0, 8);
  const folder = path.join(os.tmpdir(), `sr-${machineHash}-${randomHex(random, 8)}`);
  files.makeFolder(folder);
  const { exitCode, output } = await runCommand({
    command: ["chmod", "0733", folder],
    folder: "/",
    timeoutSeconds: 30,
    clock,
  });
  if (exitCode !== 0)
    throw new SiteRecoveryError(
      "IoFailed",
      said`The folder ${folder} cannot be opened for QEMU: ${output.trim()}`,
      {
        target: folder,
      },
    );
  return { folder, socketPath: path.join(folder, `nbd-${randomHex(random, 8)}`) };
}

/** Beside the image, where QEMU may write; for a block device in the socket's folder. */
export function scratchPathOf(
  { source, isFile, target }: DomainDisk,
  socketFolder: string,
  word: string,
): string {
  return isFile ? `${source}.sr-${word}` : path.join(socketFolder, `${target}-${word}`);
}

/** Removes scratch files beside an image that a QEMU which was killed has left. */
export function removeScratch(files: FileSystem, { source, isFile }: DomainDisk): void {
  if (!isFile) return;
  const [folder, base] = [path.dirname(source), path.basename(source)];
  for (const name of files.list(folder)) {
    if (name.startsWith(`${base}.sr-`) && /^[0-9a-f]{16}$/.test(name.slice(base.length + 4)))
      files.remove(path.join(folder, name));
  }
}
