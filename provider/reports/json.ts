/** For scripts: each definition with its findings. */
import { rules } from "../rules/registry.ts";
import type { Checked } from "./report.ts";

export function jsonReport(checked: readonly Checked[]): string {
  const results = checked.map(({ file, resources = 0, list }) => ({
    file,
    resources,
    findings: list.findings.map((finding) => ({
      ...finding,
      severity: rules[finding.rule].severity,
      whatToDo: rules[finding.rule].whatToDo,
    })),
  }));
  return `${JSON.stringify(results, undefined, 2)}\n`;
}
