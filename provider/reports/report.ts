/**
 * What a check has found, in the form that a person, a script or a CI system reads. Nothing here checks anything:
 * findings come in, text goes out.
 */
import path from "node:path";
import type { DefinitionError, Finding } from "../yaml/definition-error.ts";

/** One definition that was looked at. */
export interface Checked {
  /** As the user named it. */
  readonly file: string;
  /** How many resources it declares; 0 when something is wrong with it. */
  readonly resources: number;
  /** Nothing when it is right. */
  readonly error: DefinitionError | undefined;
}

/** From the working folder and with slashes, as CI systems want it; absolute where the file lies outside of it. */
export function posixPath(file: string): string {
  const relative = path.relative(process.cwd(), path.resolve(file));
  const shown = relative.startsWith("..") || path.isAbsolute(relative) ? path.resolve(file) : relative;
  return shown.split(path.sep).join("/");
}

/** `machines[0].site: there is no site ...`. */
export function sentence({ property, message }: Finding): string {
  return property === "" ? message : `${property}: ${message}`;
}

export function findingsOf(checked: readonly Checked[]): Finding[] {
  return checked.flatMap(({ error }) => error?.findings ?? []);
}
