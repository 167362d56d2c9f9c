/**
 * The files that an entry of `include` names. They are in the folder of the first file, links followed, so that
 * a definition from someone else reads nothing else; `*` and `?` match text within a name.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import type { RuleId } from "../rules/registry.ts";
import { isOutside } from "./real-folder.ts";
import { isPattern, matcherOf } from "./name-pattern.ts";

export interface IncludeProblem {
  readonly rule: RuleId;
  readonly message: string;
}

function namesIn(folder: string): string[] {
  try {
    return localFileSystem.list(folder).toSorted();
  } catch {
    // No folder, or one that may not be looked into: nothing in it matches, which is reported.
    return [];
  }
}

/** Paths that the steps of a path lead to. */
function walk(folder: string, steps: readonly string[]): string[] {
  const [step, ...rest] = steps;
  if (step === undefined) return [folder];
  if (!isPattern(step)) return walk(path.join(folder, step), rest);
  const matches = matcherOf(step);
  return namesIn(folder)
    .filter((name) => !name.startsWith(".") && matches(name))
    .flatMap((name) => walk(path.join(folder, name), rest));
}

/** Absolute paths, in order; or why there are none. */
export function resolveInclude(
  entry: string,
  from: { readonly folder: string; readonly root: string },
): string[] | IncludeProblem {
  const stay = "only files in the definition's own folder are included; move it there";
  if (path.isAbsolute(entry) || entry.includes("\\"))
    return { rule: "include-leads-out", message: `'${entry}' is no relative path with slashes; ${stay}` };
  // Before anything is looked at, and without regard to what its patterns match: they match no dots.
  if (isOutside(from.root, path.resolve(from.folder, entry)))
    return { rule: "include-leads-out", message: `'${entry}' leads out of the definition's folder; ${stay}` };
  const steps = path.normalize(entry).split(path.sep);
  const files = walk(from.folder, steps).filter((file) => localFileSystem.exists(file));
  if (files.length === 0) {
    const what = isPattern(entry)
      ? "matches no file"
      : `is not there, at ${path.resolve(from.folder, entry)}`;
    return { rule: "include-unmatched", message: `'${entry}' ${what}; check its path` };
  }
  const realRoot = localFileSystem.realPath(from.root);
  if (files.some((file) => isOutside(realRoot, localFileSystem.realPath(file))))
    return { rule: "include-leads-out", message: `'${entry}' is a link that leads out; ${stay}` };
  return files;
}
