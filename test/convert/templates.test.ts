import { describe, expect, it } from "vitest";
import { convertTemplate, policy, policyNames, templateOf, vault } from "./template.ts";

const tiers = { tiers: { type: "array", defaultValue: ["gold", "silver"] } };

function nested(properties: object, more: object = {}): object {
  return {
    type: "Microsoft.Resources/deployments",
    apiVersion: "2022-09-01",
    name: "policies",
    properties,
    ...more,
  };
}

const inner = { expressionEvaluationOptions: { scope: "inner" } };

describe("resources of templates", () => {
  it.each<[string, unknown, object, string[]]>([
    [
      "with a condition that is false",
      [policy("harbour/a", { condition: "[equals(1, 2)]" }), policy("harbour/b")],
      {},
      ["b"],
    ],
    [
      "in a loop over a list",
      [
        policy("[concat('harbour/', parameters('tiers')[copyIndex()])]", {
          copy: { name: "each", count: "[length(parameters('tiers'))]" },
        }),
      ],
      { parameters: tiers },
      ["gold", "silver"],
    ],
    [
      "in a loop of none",
      [policy("harbour/x", { copy: { name: "each", count: 0 } }), policy("harbour/b")],
      {},
      ["b"],
    ],
    [
      "with a loop in a variable",
      [policy("[format('harbour/{0}', variables('names')[1])]")],
      {
        variables: {
          copy: [{ name: "names", count: 2, input: "[format('p{0:D2}', copyIndex('names', 1))]" }],
        },
      },
      ["p02"],
    ],
    [
      "by symbolic names",
      {
        one: policy("harbour/one", { dependsOn: ["vault"] }),
        old: policy("harbour/old", { existing: true }),
      },
      { languageVersion: "2.0" },
      ["one"],
    ],
    [
      "in a nested deployment with parameters of its own",
      [
        nested({
          ...inner,
          parameters: { name: { value: "[first(parameters('tiers'))]" } },
          template: templateOf([policy("[concat('harbour/', parameters('name'))]")], {
            parameters: { name: { type: "string" } },
          }),
        }),
      ],
      { parameters: tiers },
      ["gold"],
    ],
    [
      "in a nested deployment that sees what is around it",
      [nested({ template: templateOf([policy("[concat('harbour/', parameters('tiers')[1])]")]) })],
      { parameters: tiers },
      ["silver"],
    ],
    [
      "in a loop of nested deployments",
      [
        nested(
          {
            ...inner,
            parameters: { name: { value: "[parameters('tiers')[copyIndex('each')]]" } },
            template: templateOf([policy("[concat('harbour/', parameters('name'))]")], {
              parameters: { name: { type: "string" } },
            }),
          },
          { name: "[concat('p', copyIndex('each'))]", copy: { name: "each", count: 2 } },
        ),
      ],
      { parameters: tiers },
      ["gold", "silver"],
    ],
    [
      "named by the output of a nested deployment",
      {
        names: nested({
          ...inner,
          template: { resources: [], outputs: { name: { type: "string", value: "[concat('out', 'put')]" } } },
        }),
        one: policy("[concat('harbour/', reference('names').outputs.name.value)]"),
        two: policy(
          "[concat('harbour/', reference(resourceId('Microsoft.Resources/deployments', 'policies'), '2022-09-01').outputs.name.value, '2')]",
        ),
      },
      { languageVersion: "2.0" },
      ["output", "output2"],
    ],
    [
      "inside the vault, with short and with whole names",
      [
        {
          ...vault,
          resources: [
            policy("short", { type: "replicationPolicies" }),
            policy("[concat('harbour', '/whole')]"),
          ],
        },
      ],
      {},
      ["short", "whole"],
    ],
  ])("converts those %s", (_title, resources, more, names) => {
    const all = Array.isArray(resources) ? [vault, ...resources] : { vault, ...(resources as object) };
    expect(policyNames(convertTemplate(templateOf(all, more)))).toEqual(names);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a condition",
      policy("harbour/a", { condition: "[reference('x').enabled]" }),
      /^resources\[1\] \(.*replicationPolicies\) is left out: its condition is not known: /,
    ],
    [
      "a name",
      policy("[uniqueString(resourceGroup().id)]"),
      /^resources\[1\] \(.*\) is left out: its name is not known: uniqueString\(\)/,
    ],
    [
      "a count",
      policy("harbour/a", { copy: { name: "c", count: "[parameters('x')]" } }),
      /^resources\[1\] \(.*\) is left out: the template has no parameter 'x'/,
    ],
    [
      "too large a count",
      policy("harbour/a", { copy: { name: "c", count: 801 } }),
      /whole number from 0 to 800/,
    ],
    ["a type", { name: "x" }, /^resources\[1\] is left out: it has no type/],
    ["as many names as the type has", policy("nine"), /'nine' has not as many parts as its type/],
    [
      "a linked template",
      nested({ templateLink: { uri: "https://a.example/t.json" } }) as Record<string, unknown>,
      /deployed from another file; convert that file as well: https:\/\/a\.example\/t\.json/,
    ],
    [
      "a kind",
      {
        type: "Microsoft.Authorization/roleAssignments",
        name: "[guid('a')]",
        properties: { principalId: "[reference('v').id]" },
      },
      /^resources\[1\] \(Microsoft.Authorization\/roleAssignments\) is left out: its name is not known/,
    ],
  ])("leaves out what has no %s that is known, and says so", (_title, resource, note) => {
    const made = convertTemplate(templateOf([vault, resource, policy("harbour/kept")]));
    expect(policyNames(made)).toEqual(["kept"]);
    expect(made.notes.filter((one) => note.test(one))).toHaveLength(1);
  });

  it("leaves a property out whose value is not known, with its path", () => {
    const properties = {
      providerSpecificInput: {
        instanceType: "HyperVReplicaAzure",
        replicationInterval: "[int(reference('x').y)]",
      },
    };
    const { definition, notes } = convertTemplate(
      templateOf([vault, policy("harbour/five", { properties })]),
    );
    expect(definition.policies).toEqual([{ name: "five" }]);
    expect(notes[0]).toMatch(
      /^resources\[1\]\.properties\.providerSpecificInput\.replicationInterval is left out: /,
    );
  });

  it("does not evaluate what a definition has no place for", () => {
    const resource = policy("harbour/five", { dependsOn: ["[nonsense('x')]"], scope: "[nonsense()]" });
    const { notes } = convertTemplate(
      templateOf([vault, resource], { outputs: { a: { value: "[nonsense()]" } } }),
    );
    expect(notes.join()).not.toMatch(/nonsense/);
  });
});

describe("parameters of templates", () => {
  const parameters = {
    name: { type: "string" },
    seconds: { type: "int", defaultValue: 300, allowedValues: [30, 300] },
  };
  const template = templateOf(
    [
      vault,
      policy("[concat('harbour/', parameters('name'))]", {
        properties: {
          providerSpecificInput: {
            instanceType: "HyperVReplicaAzure",
            replicationInterval: "[parameters('seconds')]",
          },
        },
      }),
    ],
    { parameters },
  );

  it("takes what is given, the last of it where it is given twice", () => {
    const given = [
      { name: "name", value: "first", from: "a" },
      { name: "NAME", value: "last", from: "b" },
      { name: "seconds", text: "30", from: "--parameters" },
    ];
    const { definition, notes } = convertTemplate(template, { parameters: given });
    expect(definition.policies).toEqual([{ name: "last", replicationInterval: 30 }]);
    expect(notes.filter((note) => !note.startsWith("the definition is to be completed"))).toEqual([]);
  });

  it("says which parameter has no value", () => {
    expect(convertTemplate(template).notes[0]).toMatch(
      /the parameter 'name' has no value; give it one with --parameters <file>/,
    );
  });

  it.each([
    [
      { name: "nmae", value: "x", from: "p.json" },
      /p\.json: the template has no parameter 'nmae'\. It has name, seconds/,
    ],
    [{ name: "seconds", value: "30", from: "p.json" }, /'seconds' has to be of the type int, and is string/],
    [{ name: "seconds", value: 60, from: "p.json" }, /'seconds' is 60, and may be 30, 300/],
  ])("refuses %j", (given, message) => {
    expect(() => convertTemplate(template, { parameters: [given] })).toThrow(message);
  });

  it("takes no expression for a value", () => {
    const given = { name: "name", value: "[resourceGroup().name]", from: "p.json" };
    const made = convertTemplate(template, { parameters: [given] });
    expect(policyNames(made)).toEqual([]);
    expect(made.notes[0]).toMatch(/given an expression/);
  });
});
