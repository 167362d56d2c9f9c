/** Which rule an error of the schema validator breaks: the rule of the property, or of the validator's keyword. */
import type { RuleId } from "../rules/registry.ts";

const ofKeyword: Readonly<Record<string, RuleId>> = {
  additionalProperties: "unknown-property",
  required: "missing-property",
  type: "wrong-type",
  enum: "not-a-choice",
  const: "not-a-choice",
  minimum: "out-of-range",
  maximum: "out-of-range",
  pattern: "bad-format",
  format: "bad-format",
  minLength: "bad-format",
  maxLength: "bad-format",
  minItems: "list-length",
  maxItems: "list-length",
  maxProperties: "list-length",
  minProperties: "list-length",
  uniqueItems: "repeated-entry",
};

/** Limits of their own. */
const ofProperty: readonly [property: RegExp, keywords: readonly string[], rule: RuleId][] = [
  [/^plans\[\d+\]\.groups$/, ["maxItems"], "plan-group-limit"],
  [
    /^policies\[\d+\]\.recoveryPoint(HistoryDuration|History|s)$/,
    ["minimum", "maximum"],
    "policy-retention-limit",
  ],
  [/^policies\[\d+\]\.\w+Frequency(InHours|InMinutes)$/, ["minimum", "maximum"], "policy-snapshot-frequency"],
  [/^policies\[\d+\]\.replication(Interval|FrequencyInSeconds)$/, ["enum"], "policy-replication-interval"],
  [/\.processServers\[\d+\]\.bandwidth\./, ["minimum"], "process-server-bandwidth"],
];

export function ruleOfSchemaError(keyword: string, property: string): RuleId {
  const own = ofProperty.find(([pattern, keywords]) => keywords.includes(keyword) && pattern.test(property));
  return own?.[2] ?? ofKeyword[keyword] ?? "wrong-type";
}
