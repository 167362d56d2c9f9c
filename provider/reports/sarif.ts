/** SARIF 2.1.0, which code scanning reads: all rules, and a result with its region for each finding. */
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";
import type { Log, ReportingDescriptor, Result } from "sarif";
import { ruleIds, rules } from "../rules/registry.ts";
import type { Finding } from "../yaml/finding.ts";
import { type Checked, findingsOf, posixPath, sentence } from "./report.ts";

function descriptor(id: (typeof ruleIds)[number]): ReportingDescriptor {
  const { title, why, whatToDo, severity, bad, good } = rules[id];
  const text = `${why} ${whatToDo}\n\nWrong: ${bad}\n\nRight: ${good}`;
  const name = id.replace(/(^|-)(\w)/g, (_all, _hyphen, letter: string) => letter.toUpperCase());
  return {
    id,
    name,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text },
    defaultConfiguration: { level: severity },
  };
}

function uriOf(file: string): { uri: string; uriBaseId?: string } {
  const shown = posixPath(file);
  if (shown.startsWith("/") || /^[A-Za-z]:/.test(shown)) return { uri: pathToFileURL(file).href };
  return { uri: shown.split("/").map(encodeURIComponent).join("/"), uriBaseId: "%SRCROOT%" };
}

/** Stays when lines are put in before it: the file, rule, property and message, not the line. */
function fingerprint(finding: Finding, occurrence: number): string {
  const text = [posixPath(finding.file), finding.rule, sentence(finding), occurrence].join("\n");
  return createHash("sha256").update(text).digest("hex");
}

export function sarifReport(checked: readonly Checked[], version: string): string {
  const seen = new Map<string, number>();
  const results = findingsOf(checked).map((finding): Result => {
    const { file, line, column, length = 1, rule } = finding;
    const key = fingerprint(finding, 0);
    const occurrence = seen.get(key) ?? 0;
    seen.set(key, occurrence + 1);
    const region = { startLine: line, startColumn: column, endLine: line, endColumn: column + length };
    return {
      ruleId: rule,
      ruleIndex: ruleIds.indexOf(rule),
      level: rules[rule].severity,
      message: { text: sentence(finding) },
      locations: [{ physicalLocation: { artifactLocation: uriOf(file), region } }],
      partialFingerprints: { "siterecovery/v1": fingerprint(finding, occurrence) },
    };
  });
  const driver = { name: "siterecovery", version, rules: ruleIds.map(descriptor) };
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}
