import path from "node:path";
import { projectFolder } from "../project-folder.ts";
import type { StackFile } from "./stack-file.ts";

/** A definition's folder, written from the project's, so that another clone of the project shows no difference. */
export function folderFrom(stack: StackFile, folder: string): string {
  return path.relative(projectFolder(), path.resolve(path.dirname(stack.file), folder));
}
