/** Workflow commands of GitHub Actions: each finding becomes an annotation of the line that it is about. */
import { rules } from "../rules/registry.ts";
import type { Severity } from "../rules/rule.ts";
import { type Checked, findingsOf, posixPath, sentence } from "./report.ts";

const commands: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", note: "notice" };

function escapeMessage(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

export function githubReport(checked: readonly Checked[]): string {
  return findingsOf(checked)
    .map((finding) => {
      const { file, line, column, length = 1, rule } = finding;
      const properties = [
        `file=${escapeProperty(posixPath(file))}`,
        `line=${line}`,
        `col=${column}`,
        `endColumn=${column + length}`,
        `title=${escapeProperty(rule)}`,
      ].join(",");
      const text = `${sentence(finding)}. ${rules[rule].whatToDo}`;
      return `::${commands[rules[rule].severity]} ${properties}::${escapeMessage(text)}\n`;
    })
    .join("");
}
