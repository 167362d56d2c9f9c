import type { ResourceValidationPolicy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { siteRecoveryPolicies } from "../../provider/policies/pack.ts";
import { policyConfigProblems } from "../../provider/policies/policy-config.ts";
import { resourcePolicies, stackPolicies } from "../../provider/policies/registry.ts";

const all = [...resourcePolicies, ...stackPolicies];

describe("a configuration of the policy pack", () => {
  it("is taken with every option of every policy, and every level", () => {
    const config = Object.fromEntries(
      all.map(({ id, options }) => [
        id,
        {
          enforcementLevel: "advisory",
          ...Object.fromEntries(Object.keys(options).map((name) => [name, 1])),
        },
      ]),
    );
    expect(policyConfigProblems(config)).toEqual([]);
    expect(policyConfigProblems({ all: "mandatory", "plan-drilled": "disabled" })).toEqual([]);
  });

  it.each(all.map((one) => [one.id, one] as const))(
    "is refused with a letter too many: %s",
    (id, { options }) => {
      const [ofName, ...more] = policyConfigProblems({ [`${id}x`]: {} });
      expect(more).toEqual([]);
      expect(ofName).toContain(`did you mean '${id}'?`);
      for (const { id: valid } of all) expect(ofName).toContain(valid);
      for (const option of Object.keys(options))
        expect(policyConfigProblems({ [id]: { [`${option}x`]: 1 } })).toEqual([
          expect.stringContaining(`has no option '${option}x'; did you mean '${option}'?`),
        ]);
      expect(policyConfigProblems({ [id]: { enforcementLevel: "mandatoryx" } })).toHaveLength(1);
    },
  );

  it("with a mistyped option fails a preview, in one line", () => {
    const policy = siteRecoveryPolicies().find(
      ({ name }) => name === "policy-rpo-limit",
    ) as ResourceValidationPolicy;
    const type = "siterecovery:index:ReplicationPolicy";
    const args = { type, urn: "urn:a::b", name: "a", props: {}, getConfig: () => ({ maxMinute: 5 }) };
    const run = (): void => (policy.validateResource as CallableFunction)(args, () => undefined) as void;
    expect(run).toThrow(
      /^The policy policy-rpo-limit has no option 'maxMinute'; did you mean 'maxMinutes'\?/,
    );
  });
});
