/**
 * Folders that a definition names. A relative path counts from the definition's folder and stays inside it, links followed, so
 * that a definition from someone else cannot reach files outside its folder. Files elsewhere are named by an absolute path,
 * which is not written by accident.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import type { RuleId } from "../rules/registry.ts";

export type Report = (rule: RuleId, message: string) => void;

/** Whether a path is none of a folder's inner ones. */
export function isOutside(folder: string, inner: string): boolean {
  const relative = path.relative(folder, inner);
  return relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}

const leadsOut =
  "leads out of the definition's folder; move the folder there, or write its absolute path if it is meant";

/**
 * The folder's real path if it is there and may be looked into; else reports why not and returns `undefined`. Without `missing`,
 * a folder that is not there is fine, and its path is returned as written.
 */
export function realFolder(
  wanted: string,
  from: string,
  report: Report,
  missing?: string | undefined,
): string | undefined {
  const resolved = path.resolve(from, wanted);
  const mayBeOutside = path.isAbsolute(wanted);
  if (!mayBeOutside && isOutside(from, resolved)) {
    report("folder-leads-out", `'${wanted}' ${leadsOut}`);
  } else if (!localFileSystem.exists(resolved)) {
    if (missing === undefined) return resolved;
    report("folder-missing", `there is no folder ${resolved}; ${missing}`);
  } else {
    const real = localFileSystem.realPath(resolved);
    if (mayBeOutside || !isOutside(localFileSystem.realPath(from), real)) return real;
    report("folder-leads-out", `'${wanted}' is a link that ${leadsOut}`);
  }
  return undefined;
}
