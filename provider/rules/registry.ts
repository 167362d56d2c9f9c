/**
 * All rules, by id. An id is kept for good: reports, suppressions and policies refer to it. The registry is data and
 * knows nothing of files or YAML, so that whatever checks something else by the same rules can name them.
 */
import { azureRules } from "./azure-rules.ts";
import { adviceRules } from "./advice-rules.ts";
import { includeRules } from "./include-rules.ts";
import { limitRules } from "./limit-rules.ts";
import { machineRules } from "./machine-rules.ts";
import { nameRules } from "./name-rules.ts";
import { planRules } from "./plan-rules.ts";
import type { Rule } from "./rule.ts";
import { schemaRules } from "./schema-rules.ts";
import { siteRules } from "./site-rules.ts";
import { textRules } from "./text-rules.ts";

const all = {
  ...textRules,
  ...includeRules,
  ...schemaRules,
  ...nameRules,
  ...siteRules,
  ...machineRules,
  ...planRules,
  ...limitRules,
  ...azureRules,
  ...adviceRules,
};

export type RuleId = keyof typeof all;

export const rules: Readonly<Record<RuleId, Rule>> = all;

export const ruleIds = Object.keys(all) as RuleId[];

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(all, text);
}
