/** JUnit XML: a suite a definition, a case a finding, which fails or only informs, and a passed one for a definition that is right. */
import junit, { type Builder } from "junit-report-builder";
import { rules } from "../rules/registry.ts";
import { type Checked, isFailure, posixPath, type ReportSettings, sentence } from "./report.ts";

// The package exports the builder itself; its types describe the build for bundlers.
const builder = junit as unknown as Builder;

/** XML 1.0 has no place for most control characters, escaped or not. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/gu, " ");
}

export function junitReport(checked: readonly Checked[], { strict }: ReportSettings): string {
  const report = builder.newBuilder();
  for (const { file, resources, list } of checked) {
    const suite = report.testSuite().name(printable(posixPath(file)));
    if (resources !== undefined)
      suite.testCase().className("siterecovery").name(`declares ${resources} resources`);
    for (const finding of list.findings) {
      const { rule } = finding;
      const where = `${posixPath(finding.file)}:${finding.line}:${finding.column}`;
      const text = printable(`${where}: ${sentence(finding)}\n${rules[rule].whatToDo}`);
      const testCase = suite.testCase().className(rule).name(printable(where));
      testCase.file(printable(posixPath(finding.file)));
      if (isFailure(finding, strict)) testCase.failure(text, rule);
      // The format has no word for what is advised: a case that passed, with something to say.
      else testCase.standardOutput(`${rules[rule].severity}: ${text}`);
    }
  }
  return `${report.build()}\n`;
}
