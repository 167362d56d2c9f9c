/**
 * What a check has found, in the form that a person, a script or a CI system reads. Nothing here checks anything:
 * findings come in, text goes out.
 */
import path from "node:path";
import { rules } from "../rules/registry.ts";
import type { Finding } from "../yaml/finding.ts";
import type { FindingList } from "../yaml/finding-list.ts";

/** One definition that was looked at. */
export interface Checked {
  /** As the user named it. */
  readonly file: string;
  /** How many resources it declares, or `undefined` if an error keeps it from being declared. */
  readonly resources: number | undefined;
  /** Whether its machines were checked, too. */
  readonly isWhole: boolean;
  readonly list: FindingList;
}

export interface ReportSettings {
  readonly color: boolean;
  /** Whether warnings fail. */
  readonly strict: boolean;
}

/** From the working folder and with slashes, as CI systems want it; absolute if the file is outside of it. */
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
  return checked.flatMap(({ list }) => list.findings);
}

/** Whether a finding fails a check. */
export function isFailure({ rule }: Pick<Finding, "rule">, strict: boolean): boolean {
  const { severity } = rules[rule];
  return severity === "error" || (strict && severity === "warning");
}
