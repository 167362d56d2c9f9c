import fs from "node:fs";
import path from "node:path";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { describe, expect, it } from "vitest";
import { siteRecoveryPolicies } from "../../provider/policies/pack.ts";
import { resourcePolicies, stackPolicies } from "../../provider/policies/registry.ts";
import type { Declared } from "./declared.ts";
import { drillCases } from "./drill-cases.ts";
import { resourceCases } from "./resource-cases.ts";
import { stackCases } from "./stack-cases.ts";

const cases = [...resourceCases, ...stackCases, ...drillCases];
const now = Date.parse("2026-03-01T00:00:00Z");
const doors = [
  ["dynamic resources", (className: string) => `pulumi-nodejs:dynamic/siterecovery:${className}`],
  ["the plugin's resources", (className: string) => `siterecovery:index:${className}`],
  ["azure-native", (className: string) => `azure-native:${moduleOf(className)}:${className}`],
  [
    "a version of azure-native",
    (className: string) => `azure-native:${moduleOf(className)}/v20240401:${className}`,
  ],
] as const;

function moduleOf(className: string): string {
  return className === "StorageAccount" ? "storage" : "recoveryservices";
}

/** Runs a policy over resources as Pulumi does: each resource's arguments first, then the whole stack. */
function run(
  id: string,
  declared: readonly Declared[],
  typeOf: (className: string) => string,
  options: object = {},
): string[] {
  const all = siteRecoveryPolicies({ now: () => now });
  const told: string[] = [];
  const resources = declared.map(({ className, name, inputs, outputs }) => ({
    type: typeOf(className),
    urn: `urn:pulumi:dev::dr::${typeOf(className)}::${name}`,
    name,
    props: inputs,
    outputs: outputs ?? inputs,
  }));
  const getConfig = (): object => options;
  for (const policy of all as ResourceValidationPolicy[]) {
    if (policy.name !== id && policy.name !== "siterecovery-reads-arguments") continue;
    for (const resource of resources)
      void (policy.validateResource as CallableFunction | undefined)?.(
        { ...resource, getConfig },
        (text: string) => told.push(text),
      );
  }
  const whole = all.find(({ name }) => name === id) as StackValidationPolicy;
  const seen = resources.map((resource) => ({ ...resource, props: resource.outputs }));
  void (whole.validateStack as CallableFunction | undefined)?.(
    { resources: seen, getConfig },
    (text: string, urn: string) => {
      expect(resources.map((resource) => resource.urn)).toContain(urn);
      told.push(text);
    },
  );
  return told;
}

describe.each(doors)("policies over %s", (door, typeOf) => {
  const fitting = cases.filter(({ only }) => only === undefined || door.includes(only));
  it.each(fitting.map((one) => [one.policy, one.title, one] as const))("%s: %s", (id, _title, one) => {
    const told = run(id, one.declared, typeOf, one.options);
    if (one.told === undefined) expect(told).toEqual([]);
    else {
      expect(told).toHaveLength(1);
      expect(told[0]).toMatch(one.told);
    }
  });
});

it("a key that is none is an error that names its file", () => {
  const { declared, options } = drillCases[1]!;
  const publicKeys = ["absent.pem"];
  expect(() => run("machine-drilled", declared, doors[0][1], { ...options, publicKeys })).toThrow(
    /absent\.pem cannot be read as a public key/,
  );
});

describe("the pack", () => {
  const all = [...resourcePolicies, ...stackPolicies];

  it("has a good and a bad case of every policy", () => {
    for (const { id } of all) {
      const own = cases.filter(({ policy }) => policy === id);
      expect(
        own.some(({ told }) => told === undefined),
        `${id}: a good case`,
      ).toBe(true);
      expect(
        own.some(({ told }) => told !== undefined),
        `${id}: a bad case`,
      ).toBe(true);
    }
    expect(new Set(cases.map(({ policy }) => policy)).size).toBe(all.length);
  });

  it("has ids that are words with hyphens, each once, and options with defaults", () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const { id, options, remedy, description } of all) {
      expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect([remedy, description].every((text) => text.endsWith("."))).toBe(true);
      for (const option of Object.values(options)) expect(option.default).toBeDefined();
    }
  });

  it("says nothing of what is not known in a preview", () => {
    const unknown = new Proxy(
      {},
      { get: (_, key) => fail(key), ownKeys: () => ["properties"], getOwnPropertyDescriptor },
    );
    for (const { id } of all)
      expect(run(id, [{ className: "ReplicationPolicy", name: "p", inputs: unknown }], doors[0][1])).toEqual(
        [],
      );
  });

  it("leaves resources of others alone", () => {
    for (const { id } of all) {
      const inputs = {
        properties: { providerSpecificInput: { instanceType: "InMage", recoveryPointHistory: 0 } },
      };
      expect(
        run(id, [{ className: "ReplicationPolicy", name: "p", inputs }], (name) => `other:index:${name}`),
      ).toEqual([]);
    }
  });

  it("names the framework and the control that each serves, and where to read it", () => {
    const [, ...policies] = siteRecoveryPolicies();
    expect(policies).toHaveLength(all.length);
    for (const { framework, url, severity, tags } of policies) {
      expect(framework).toEqual({
        name: "NIST SP 800-53",
        version: "Rev. 5",
        reference: expect.stringMatching(/^CP-\d+(\(\d\))?$/) as string,
        specification: expect.stringMatching(/^[A-Z]/) as string,
      });
      expect([url, severity, tags]).toEqual([
        expect.stringMatching(/^https:/),
        expect.any(String),
        ["disaster-recovery"],
      ]);
    }
  });

  it("has the package's version, and so has the plugin's folder", () => {
    const read = (file: string): { version: string } =>
      JSON.parse(fs.readFileSync(path.resolve(import.meta.dirname, "../..", file), "utf8")) as {
        version: string;
      };
    expect(read("policy-pack/package.json").version).toBe(read("package.json").version);
    expect(read("plugin/package.json").version).toBe(read("package.json").version);
    const yaml = fs.readFileSync(
      path.resolve(import.meta.dirname, "../../policy-pack/PulumiPolicy.yaml"),
      "utf8",
    );
    expect(yaml).toContain(`version: ${read("package.json").version}\n`);
  });
});

function getOwnPropertyDescriptor(): PropertyDescriptor {
  return { enumerable: true, configurable: true };
}

/** What Pulumi's proxy does where a value is not known. */
function fail(key: string | symbol): never {
  throw new Error(`${String(key)} can't be known during preview`);
}

describe("docs/policies.md", () => {
  const text = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/policies.md"), "utf8");
  const rows = [...text.matchAll(/^\| `([\w-]+)` +\| (\w+) +\| .* \| (CP-\S+) +\| (.*?) *\|$/gm)].map(
    ([, id, level, control, options]) => [id, level, control, options],
  );

  it("has a row of each policy, with its level, its control and the defaults of its options", () => {
    const written = [...resourcePolicies, ...stackPolicies].map(({ id, level, control, options }) => [
      id,
      level,
      control,
      Object.entries(options)
        .map(([name, option]) =>
          Array.isArray(option.default)
            ? `\`${name}\` (\`${JSON.stringify(option.default)}\`)`
            : `\`${name}\` (${String(option.default)})`,
        )
        .join(", "),
    ]);
    expect(rows).toEqual(written);
  });
});
