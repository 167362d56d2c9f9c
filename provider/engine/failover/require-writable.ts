import { SiteRecoveryError } from "../../errors.ts";
import { said } from "../../message.ts";
import type { EngineParts } from "../engine-parts.ts";

/**
 * Throws `IoFailed` if a move cannot write where it has to: looked at before a machine is shut down. What a hypervisor
 * keeps is its own.
 */
export function requireWritable({ files, machines }: EngineParts, folder: string): void {
  if (!machines.holdsFiles(folder)) return;
  if (files.isWritable(folder)) return;
  const message = said`The folder ${folder} cannot be written, and the move writes there. Mount it writable, or give access to it; then run again.`;
  throw new SiteRecoveryError("IoFailed", message, { target: folder });
}
