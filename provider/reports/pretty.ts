/** For people: the offending line of each finding with a mark under it, and which rule it breaks. */
import type { Checked } from "./report.ts";
import { findingsOf } from "./report.ts";

export function prettyReport(checked: readonly Checked[], color: boolean): string {
  const shown = checked.map(({ file, resources, error }) =>
    error === undefined ? `${file}: right; it declares ${resources} resources` : error.format(color),
  );
  const [first] = findingsOf(checked);
  if (first !== undefined) shown.push(`siterecovery explain ${first.rule} tells more of the rule.`);
  return `${shown.join("\n")}\n`;
}
