/** JUnit XML: a suite a definition, a failed case a finding, and one passed case for a definition that is right. */
import junit, { type Builder } from "junit-report-builder";
import { rules } from "../rules/registry.ts";
import { type Checked, posixPath, sentence } from "./report.ts";

// The package exports the builder itself; its types describe the build for bundlers.
const builder = junit as unknown as Builder;

/** XML 1.0 has no place for most control characters, escaped or not. */
function printable(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/gu, " ");
}

export function junitReport(checked: readonly Checked[]): string {
  const report = builder.newBuilder();
  for (const { file, resources, error } of checked) {
    const suite = report.testSuite().name(printable(posixPath(file)));
    if (error === undefined)
      suite.testCase().className("siterecovery").name(`declares ${resources} resources`);
    for (const finding of error?.findings ?? []) {
      const where = `${posixPath(finding.file)}:${finding.line}:${finding.column}`;
      suite
        .testCase()
        .className(finding.rule)
        .name(printable(where))
        .file(printable(posixPath(finding.file)))
        .failure(printable(`${where}: ${sentence(finding)}\n${rules[finding.rule].whatToDo}`), finding.rule);
    }
  }
  return `${report.build()}\n`;
}
