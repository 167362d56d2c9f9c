import { Command } from "commander";
import { SiteRecoveryError } from "../errors.ts";
import { limits } from "../rules/limits.ts";
import { isRuleId, ruleIds, rules, type RuleId } from "../rules/registry.ts";
import { nearestWord } from "../schemas/nearest.ts";
import { printJson } from "./session.ts";

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}

/** All that is known of a rule. */
function explained(id: RuleId): string {
  const { severity, title, why, whatToDo, bad, good, limits: names = [] } = rules[id];
  const figures = names.map((name) => {
    const { value, unit, scenario, date, source } = limits[name]!;
    const shown = Array.isArray(value) ? value.join(", ") : String(value);
    return `  ${name}: ${shown} ${unit} (${scenario}; ${source}, ${date})`;
  });
  return [
    `${id} (${severity})`,
    `  ${title}.`,
    `  Why: ${why}`,
    `  What to do: ${whatToDo}`,
    "  Wrong:",
    indented(bad),
    "  Right:",
    indented(good),
    ...(figures.length > 0 ? ["Figures:", ...figures] : []),
  ].join("\n");
}

/** `siterecovery explain [rule]`: what a rule wants and why; without one, the list of them. */
export function explainCommand(): Command {
  return new Command("explain")
    .description("what a rule of `validate` wants, why, and what to do; without a rule, all of them")
    .argument("[rule]", "id of the rule, such as plan-unknown-machine")
    .option("--json", "for scripts")
    .action((id: string | undefined, flags: { json?: boolean }) => {
      if (id !== undefined && !isRuleId(id)) {
        const near = nearestWord(id, ruleIds);
        const hint = near === undefined ? "`siterecovery explain` lists them" : `Did you mean '${near}'?`;
        throw new SiteRecoveryError("InvalidInput", `There is no rule '${id}'. ${hint}`);
      }
      const chosen = id === undefined ? ruleIds : [id];
      if (flags.json === true) printJson(chosen.map((one) => ({ id: one, ...rules[one] })));
      else if (id !== undefined) process.stdout.write(`${explained(id)}\n`);
      else for (const one of ruleIds) process.stdout.write(`${one.padEnd(32)}${rules[one].title}\n`);
    });
}
