/** What is wrong with the configuration of the policy pack. Pulumi passes over policies and options that it does not know. */
import { nearestWord } from "../schemas/nearest.ts";
import type { ResourcePolicy, StackPolicy } from "./policy.ts";
import { resourcePolicies, stackPolicies } from "./registry.ts";

const policies = new Map<string, ResourcePolicy | StackPolicy>(
  [...resourcePolicies, ...stackPolicies].map((one) => [one.id, one]),
);
const levels = ["advisory", "mandatory", "remediate", "disabled"];

/** `did you mean 'maxDays'? It has maxDays.` */
function hint(written: string, known: readonly string[], all: string): string {
  const near = nearestWord(written, known);
  return `${near === undefined ? "" : `did you mean '${near}'? `}${all} ${known.join(", ") || "none"}.`;
}

/** A sentence for each option that a policy does not have. `enforcementLevel` is Pulumi's own. */
export function optionProblems(id: string, configured: object): string[] {
  const known = Object.keys(policies.get(id)?.options ?? {});
  return Object.keys(configured)
    .filter((option) => option !== "enforcementLevel" && !known.includes(option))
    .map(
      (option) =>
        `The policy ${id} has no option '${option}'; ${hint(option, known, "Its options are")} Mend the policy configuration.`,
    );
}

function levelProblem(id: string, level: unknown): string[] {
  if (level === undefined || (typeof level === "string" && levels.includes(level))) return [];
  return [`The policy ${id} has no level '${String(level)}'; ${hint(String(level), levels, "Levels are")}`];
}

/** A sentence for each policy, option and level of a configuration that there is not. */
export function policyConfigProblems(config: unknown): string[] {
  if (typeof config !== "object" || config === null || Array.isArray(config))
    return ["A policy configuration is an object with the names of policies as its keys."];
  return Object.entries(config).flatMap(([id, settings]: [string, unknown]) => {
    if (id !== "all" && !policies.has(id))
      return [`There is no policy '${id}'; ${hint(id, [...policies.keys()], "The policies are")}`];
    // A level alone may stand in place of the settings.
    if (typeof settings === "string") return levelProblem(id, settings);
    if (typeof settings !== "object" || settings === null)
      return [`The settings of ${id} are neither a level nor an object with options.`];
    const { enforcementLevel } = settings as { enforcementLevel?: unknown };
    return [...levelProblem(id, enforcementLevel), ...optionProblems(id, settings)];
  });
}
