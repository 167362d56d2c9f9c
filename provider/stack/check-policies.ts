/** Policies: their settings, by the schema and rules of their replication provider, and the sites that use them. */
import { checkSchema } from "../handlers/check-schema.ts";
import { policySettings } from "../handlers/policy.ts";
import type { YamlPath } from "../yaml/read-yaml.ts";
import { policyInputs } from "./declare-azure.ts";
import type { Findings } from "./findings.ts";
import { containersOf, instanceTypeOf } from "./site-parts.ts";
import type { StackDefinition, StackPolicy } from "./stack-definition.ts";
import { StackIds } from "./stack-ids.ts";

/** The path of a finding of the kind's own check: its last part is a key of the definition too. */
export function pathOfFailure(place: YamlPath, property: string): YamlPath {
  return [...place, ...property.split(".").slice(-1)];
}

function checkMigrationPolicy(
  name: string | undefined,
  path: YamlPath,
  policies: ReadonlyMap<string, StackPolicy>,
  findings: Findings,
): void {
  if (name === undefined) return;
  if (!findings.requireName("unknown-policy", path, name, "policy", [...policies.keys()])) return;
  const { instanceType = "HyperVReplicaAzure" } = policies.get(name)!;
  if (instanceType === "VMwareCbt") return;
  const message = `'${name}' has the instanceType ${instanceType}, and machines are migrated by VMwareCbt`;
  findings.add("policy-instance-type", path, `${message}; name a policy of that instanceType`);
}

function checkUse(stack: StackDefinition, findings: Findings): void {
  const policies = new Map(stack.policies.map((policy) => [policy.name, policy]));
  for (const [index, site] of stack.sites.entries()) {
    checkMigrationPolicy(site.migrationPolicy, ["sites", index, "migrationPolicy"], policies, findings);
    for (const container of containersOf(site)) {
      if (container.policy === undefined) continue;
      const isOwn = site.policy !== container.policy;
      const path = ["sites", index, ...(isOwn ? container.path : []), "policy"];
      if (!findings.requireName("unknown-policy", path, container.policy, "policy", [...policies.keys()]))
        continue;
      const type = policies.get(container.policy)!.instanceType ?? "HyperVReplicaAzure";
      const wanted = instanceTypeOf(site, container);
      if (type === wanted) continue;
      const message = `'${container.policy}' has the instanceType ${type}, and the machines of ${container.name} replicate by ${wanted}`;
      findings.add("policy-instance-type", path, `${message}; name a policy of that instanceType`);
    }
  }
}

/** Settings by the schema and rules of the policy's kind, which say again what is wrong with the form of a definition. */
function checkSettings(stack: StackDefinition, findings: Findings): void {
  const ids = new StackIds(stack);
  for (const [index, policy] of stack.policies.entries()) {
    const inputs = policyInputs(ids, policy);
    const failures = checkSchema("policy", inputs);
    const all = failures.length > 0 ? failures : policySettings.rules!(inputs);
    for (const { property, reason } of all)
      findings.add("policy-setting", pathOfFailure(["policies", index], property), reason);
  }
}

export function checkPolicies(stack: StackDefinition, findings: Findings): void {
  if (findings.isFormRight) checkSettings(stack, findings);
  checkUse(stack, findings);
}
