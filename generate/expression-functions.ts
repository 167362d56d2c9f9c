/** The functions of ARM templates that `siterecovery convert` works out, as a section of docs/convert.md. */
import { functionGroups } from "../provider/arm-template/functions.ts";
import { unsupportedFunctions } from "../provider/arm-template/place-functions.ts";

const [begin, end] = ["<!-- functions: made by npm run generate -->", "<!-- end of functions -->"];

function section(): string {
  const groups = Object.entries(functionGroups).map(([title, table]) => {
    const usages = Object.values(table).map(({ usage }) => `\`${usage}\``);
    return `- **${title}**: ${usages.toSorted().join(", ")}`;
  });
  const byReason = Map.groupBy(Object.entries(unsupportedFunctions), ([, reason]) => reason);
  const others = [...byReason].map(([reason, functions]) => {
    const names = functions.map(([name]) => `\`${name}\``);
    return `- ${names.toSorted().join(", ")}: ${reason}`;
  });
  return [...groups, "", "These have no value:", "", ...others].join("\n");
}

/** The page with its section of functions as they are today. */
export function withFunctions(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`docs/convert.md has no ${begin} … ${end}`);
  return `${before}${begin}\n\n${section()}\n\n${end}${after}`;
}
