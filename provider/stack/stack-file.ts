import type { FindingList } from "../yaml/finding-list.ts";
import type { StackDefinition } from "./stack-definition.ts";
import path from "node:path";
import { isHypervisorUri } from "../hypervisor-uri.ts";
import { projectFolder } from "../project-folder.ts";

/** A definition that was read. */
export interface StackFile {
  /** Absolute path of the definition. */
  readonly file: string;
  readonly definition: StackDefinition;
}

/** One in which nothing is wrong. */
export interface CheckedStack extends StackFile {
  /** Warnings and notes; it can be declared as it is. */
  readonly advice: FindingList;
}

/**
 * A definition's folder, written from the project's, so that another clone of the project shows no difference. The address
 * of a hypervisor stays as it is.
 */
export function folderFrom(stack: StackFile, folder: string): string {
  if (isHypervisorUri(folder)) return folder;
  return path.relative(projectFolder(), path.resolve(path.dirname(stack.file), folder));
}
