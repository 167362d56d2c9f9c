import { describe, expect, it } from "vitest";
import { asr, convertTemplate, policy, policyNames, templateOf, vault } from "./template.ts";

describe("what a definition has no place for", () => {
  it("chooses one of several vaults", () => {
    const second = { ...vault, name: "second" };
    const template = templateOf([vault, second, policy("harbour/one"), policy("second/two")]);
    expect(policyNames(convertTemplate(template))).toEqual(["one"]);
    expect(convertTemplate(template).notes).toContain(
      "the vault second and 1 thing in it left out: a definition has one vault; convert it with --vault second",
    );
    expect(policyNames(convertTemplate(template, { vault: "SECOND" }))).toEqual(["two"]);
    expect(() => convertTemplate(template, { vault: "third" })).toThrow(
      /no vault 'third'. There are harbour, second/,
    );
  });

  it("takes the vault that things are in where none is declared", () => {
    const { definition, notes } = convertTemplate(templateOf([policy("harbour/one")]));
    expect(definition.vault.name).toBe("harbour");
    expect(notes).toContain("the vault harbour is not declared by t.json; the definition declares it");
    expect(() => convertTemplate(templateOf([policy("a/one"), policy("b/two")]))).toThrow(
      /Choose one with --vault: a, b/,
    );
  });

  it.each(["A2A", "InMageRcm", "InMageRcmFailback", "HyperVReplica2012", "A2ACrossClusterMigration"])(
    "leaves out the scenario %s and what needs it",
    (instanceType) => {
      const resources = [
        vault,
        policy("harbour/kept"),
        policy("harbour/other", { properties: { providerSpecificInput: { instanceType } } }),
        { type: `${asr}/replicationFabrics`, name: "harbour/pier", properties: {} },
        {
          type: `${asr}/replicationFabrics/replicationProtectionContainers/replicationProtectionContainerMappings`,
          name: "harbour/pier/box/map",
          properties: { policyId: `[resourceId('${asr}/replicationPolicies', 'harbour', 'other')]` },
        },
        {
          type: `${asr}/replicationFabrics/replicationProtectionContainers/replicationProtectedItems`,
          name: "harbour/pier/box/web1",
          properties: {
            policyId: `[resourceId('${asr}/replicationPolicies', 'harbour', 'other')]`,
            providerSpecificDetails: { instanceType },
          },
        },
      ];
      const made = convertTemplate(templateOf(resources));
      expect(policyNames(made)).toEqual(["kept"]);
      expect(made.definition.machines).toEqual([]);
      expect(made.notes.join("\n")).toMatch(/the definition is to be completed: sites\[0\]\.hosts/);
      expect(
        made.notes.filter((note) => /^the replication policy other is left out: .* scenario /.test(note)),
      ).toHaveLength(1);
      expect(made.notes).toContain(
        "the protection container mapping map is left out: it needs the replication policy other",
      );
      expect(
        made.notes.filter((note) => note.startsWith("the protected item web1 is left out")),
      ).toHaveLength(1);
    },
  );

  it("puts subnets of their own into their network, and names what it leaves out", () => {
    const network = {
      type: "Microsoft.Network/virtualNetworks",
      name: "net",
      properties: {
        addressSpace: { addressPrefixes: ["10.0.0.0/16"] },
        subnets: [
          { name: "apps", properties: { addressPrefix: "10.0.1.0/24", networkSecurityGroup: { id: "x" } } },
        ],
        enableDdosProtection: true,
      },
    };
    const subnet = (name: string, prefix: string): object => ({
      type: "Microsoft.Network/virtualNetworks/subnets",
      name,
      properties: { addressPrefixes: [prefix] },
    });
    const { definition, notes } = convertTemplate(
      templateOf([vault, network, subnet("net/data", "10.0.2.0/24"), subnet("other/x", "10.9.0.0/24")]),
    );
    expect(definition.azure.networks[0]?.subnets).toEqual([
      { name: "apps", addressPrefix: "10.0.1.0/24" },
      { name: "data", addressPrefix: "10.0.2.0/24" },
    ]);
    expect(notes).toContain(
      "the virtual network net: properties.enableDdosProtection, apps.networkSecurityGroup are not carried over",
    );
    expect(notes).toContain("the subnet x is left out: its network other is not in the template");
  });

  it("says that a vault's identity is left out", () => {
    const { notes } = convertTemplate(
      templateOf([{ ...vault, identity: { type: "SystemAssigned" } }, policy("harbour/a")]),
    );
    expect(notes).toContain("the vault harbour: its identity is not carried over");
  });

  it("says that a definition which names what is missing was not compared with its source", () => {
    const plan = {
      type: `${asr}/replicationRecoveryPlans`,
      name: "harbour/shop",
      properties: {
        primaryFabricId: `[resourceId('${asr}/replicationFabrics', 'harbour', 'gone')]`,
        groups: [],
      },
    };
    const { notes } = convertTemplate(templateOf([vault, plan]));
    expect(notes.filter((note) => note.includes("was not compared with its source"))).toHaveLength(1);
  });
});
