import { SiteRecoveryError } from "../errors.ts";
import { frameworkOf } from "../policies/controls.ts";
import { resourcePolicies, stackPolicies } from "../policies/registry.ts";
import { limits } from "../rules/limits.ts";
import { isRuleId, ruleIds, rules, type RuleId } from "../rules/registry.ts";
import { nearestWord } from "../schemas/nearest.ts";
import { CliCommand } from "./cli-command.ts";
import type { ExplainJson } from "./json/definitions.ts";
import { printJson } from "./session.ts";

const policies = [...resourcePolicies, ...stackPolicies];
type Policy = (typeof policies)[number];

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
    const { value, unit, scenario, date, source, checked } = limits[name]!;
    const shown = Array.isArray(value) ? value.join(", ") : String(value);
    return `  ${name}: ${shown} ${unit} (${scenario}; ${source}, ${date}; checked ${checked})`;
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

/** A policy of the pack, which stacks are checked against. */
function explainedPolicy(policy: Policy): string {
  const { name, version, reference, specification } = frameworkOf(policy.control);
  const options = Object.entries(policy.options).map(
    ([option, { description, default: value }]) =>
      `  ${option}: ${description} Default ${JSON.stringify(value)}.`,
  );
  return [
    `${policy.id} (policy, ${policy.level})`,
    `  ${policy.description}`,
    `  What to do: ${policy.remedy}`,
    `  Serves: ${name} ${version}, ${reference} ${specification}`,
    ...(options.length > 0 ? ["Options:", ...options] : []),
  ].join("\n");
}

/** What holds under an id for definitions, for stacks, or for both. Throws `InvalidInput`, with the nearest id there is. */
function explain(id: string): string {
  const policy = policies.find((one) => one.id === id);
  const parts = [...(isRuleId(id) ? [explained(id)] : []), ...(policy ? [explainedPolicy(policy)] : [])];
  if (parts.length > 0) return parts.join("\n\n");
  const near = nearestWord(id, [...ruleIds, ...policies.map((one) => one.id)]);
  const hint = near === undefined ? "`siterecovery explain` lists them." : `Did you mean '${near}'?`;
  throw new SiteRecoveryError("InvalidInput", `There is no rule '${id}'. ${hint}`);
}

/** All of them in one list; an id of both a rule and a policy is listed once. */
function listed(): { id: string; level: string; title: string }[] {
  const own = policies.filter(({ id }) => !isRuleId(id));
  return [
    ...ruleIds.map((id) => ({ id, level: rules[id].severity, title: rules[id].title })),
    ...own.map(({ id, level, description }) => ({
      id,
      level,
      title: `Policy: ${description.replace(/\.$/, "")}`,
    })),
  ];
}

function policyJson(id: string): Pick<ExplainJson, "policy"> {
  const policy = policies.find((one) => one.id === id);
  if (!policy) return {};
  const { level, description, remedy, options } = policy;
  return { policy: { level, description, remedy, options } };
}

function jsonOf(ids: readonly string[]): ExplainJson[] {
  return ids.map((id) => ({ id, ...(isRuleId(id) ? rules[id] : {}), ...policyJson(id) }));
}

/** `siterecovery explain [rule]`: what a rule wants and why; without one, the list of them. */
export function explainCommand(): CliCommand {
  return new CliCommand("explain")
    .group("definitions")
    .description("what a rule of `validate` wants, why, and what to do; without a rule, all of them")
    .argument("[rule]", "id of the rule, such as plan-unknown-machine")
    .json("explain")
    .example("explain plan-group-limit", "what the rule wants, and why")
    .action((id: string | undefined, flags: { json?: boolean }) => {
      const text = id === undefined ? undefined : explain(id);
      if (flags.json === true)
        printJson("explain", jsonOf(id === undefined ? listed().map((one) => one.id) : [id]));
      else if (text !== undefined) process.stdout.write(`${text}\n`);
      else
        for (const one of listed())
          process.stdout.write(`${one.id.padEnd(32)}${one.level.padEnd(11)}${one.title}\n`);
    });
}
