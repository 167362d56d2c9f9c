/** For people: the offending line of each finding with a mark under it, and which rule it breaks. */
import { type Checked, findingsOf, type ReportSettings } from "./report.ts";

export function prettyReport(checked: readonly Checked[], { color }: ReportSettings): string {
  const shown = checked.flatMap(({ file, resources, isWhole, list }) => [
    ...(list.findings.length > 0 ? [list.format(color)] : []),
    ...(resources === undefined
      ? []
      : [
          isWhole
            ? `${file}: right; it declares ${resources} resources`
            : `${file}: right; its machines were not checked`,
        ]),
  ]);
  const [first] = findingsOf(checked);
  if (first !== undefined) shown.push(`siterecovery explain ${first.rule} explains the rule.`);
  return `${shown.join("\n")}\n`;
}
