import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert } from "../../provider/convert/convert.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { arbitraryStack } from "../stack/arbitrary-definition.ts";
import { hyperVTemplate } from "./arm-export.ts";
import { declared, file, stateOf } from "./state-of.ts";

describe("convert", () => {
  it("makes of any stack's state a definition that declares the same", () => {
    fc.assert(
      fc.property(arbitraryStack, ({ definition }) => {
        const { definition: made, notes } = convert(stateOf(definition), "state.json", { file });
        expect(notes).toEqual([]);
        expect(declared(made)).toEqual(declared(definition));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ["dynamic resources", (name: string) => `pulumi-nodejs:dynamic/siterecovery:${name}`],
    ["a version of azure-native", (name: string) => `azure-native:recoveryservices/v20240401:${name}`],
  ])("takes the state of %s", (_title, token) => {
    const { definition } = convert(
      stateOf(fc.sample(arbitraryStack, { numRuns: 1, seed: 1 })[0]!.definition, token),
      "s",
      { file },
    );
    expect(definition.vault.name).toBe("dr-vault");
    expect(definition.sites.length).toBeGreaterThan(0);
  });

  it("writes folders from the definition's own place", () => {
    const definition = fc.sample(arbitraryStack, { numRuns: 1, seed: 2 })[0]!.definition;
    const within = path.resolve("stacks/siterecovery.yaml");
    const { definition: made } = convert(stateOf(definition), "state.json", { file: within });
    expect(declarationsOf({ file: within, definition: made }).map(({ inputs }) => inputs)).toEqual(
      declarationsOf({ file, definition }).map(({ inputs }) => inputs),
    );
  });

  it("tells what is of others, what has another name, and what it cannot say", () => {
    const state = {
      deployment: {
        resources: [
          thing("Vault", {
            resourceGroupName: "dr",
            vaultName: "v",
            properties: { publicNetworkAccess: "Disabled" },
          }),
          thing("ReplicationFabric", { resourceGroupName: "dr", resourceName: "v", fabricName: "london" }),
          thing("ReplicationProtectionContainer", {
            resourceGroupName: "dr",
            resourceName: "v",
            fabricName: "london",
            protectionContainerName: "london-machines",
          }),
          { custom: true, urn: "urn:pulumi:a::b::random:Id::suffix", type: "random:index:Id", inputs: {} },
          { custom: true, urn: "u", type: "pulumi:providers:random", inputs: {} },
        ],
      },
    };
    expect(convert(JSON.stringify(state), "s.json", { file }).notes).toEqual([
      "suffix is a random:index:Id, which no definition declares",
      "the protection container london-machines of london is called london in the definition, as its site is; ids of its machines change with it",
      "the definition is to be completed: vault.name 'v' is too short: at least 2 characters",
      "the definition is to be completed: policies is too short a list: at least 1 entry",
      "the definition is to be completed: sites[0].hosts is too short a list: at least 1 entry",
      "the vault v: properties is not carried over",
    ]);
  });

  it.each([
    ["encrypted", { ciphertext: "v1:sesame" }],
    ["shown", { plaintext: '"sesame"' }],
  ])("leaves secrets out at any depth, and says so, where the state has them %s", (_title, value) => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ...value };
    const inputs = {
      resourceGroupName: "dr",
      vaultName: "quay",
      tags: { note: secret, team: "storage" },
      location: secret,
    };
    const state = { deployment: { resources: [thing("Vault", inputs)] } };
    const { definition, notes } = convert(JSON.stringify(state), "s.json", { file });
    expect(JSON.stringify({ definition, notes })).not.toContain("sesame");
    expect(JSON.stringify(definition)).not.toContain("4dabf");
    expect(definition.vault).toEqual({ name: "quay", tags: { team: "storage" } });
    expect(notes.slice(0, 2)).toEqual([
      "the vault quay: location is secret, and left out of the definition",
      "the vault quay: tags.note is secret, and left out of the definition",
    ]);
  });

  it("reads what Azure exports: expressions, nested resources, names of outputs", () => {
    const { definition, notes } = convert(JSON.stringify(hyperVTemplate), "t.json", {
      file,
      resourceGroup: "dr",
    });
    expect(definition).toEqual({
      version: 1,
      resourceGroup: "dr",
      location: "westeurope",
      vault: { name: "dr-vault" },
      azure: {
        storageAccounts: [{ name: "drreplicas" }],
        networks: [
          {
            name: "net",
            addressSpace: ["10.0.0.0/16"],
            subnets: [{ name: "apps", addressPrefix: "10.0.1.0/24" }],
          },
        ],
      },
      policies: [{ name: "five", recoveryPointHistoryDuration: 24, replicationInterval: 300 }],
      sites: [
        {
          name: "london",
          hosts: [{ name: "hv1", inventory: "hv1" }],
          policy: "five",
          networkMappings: [{ from: "production", to: "net" }],
        },
      ],
      machines: [{ name: "web1", site: "london", storageAccount: "drreplicas" }],
    });
    expect(notes).toContain("alerts is a Microsoft.Insights/actionGroups, which no definition declares");
    expect(notes).toContain("replace hv1 with the folder");
  });

  it.each([
    ["not JSON", "{", /s\.json:1:2 is not JSON: close brace expected/],
    ["something else", "{}", /neither the state of a Pulumi stack nor an ARM template/],
    ["a list", "[]", /but no object/],
    ["no vault", '{"deployment":{"resources":[]}}', /holds no Recovery Services vault/],
    ["a template of no group", JSON.stringify(hyperVTemplate), /Say it with --resource-group/],
  ])("refuses %s", (_title, text, message) => {
    expect(() => convert(text, "s.json", { file })).toThrow(message);
  });

  it("says why a template has no vault", () => {
    const template = { ...hyperVTemplate, resources: [{ type: "a/b", name: "[uniqueString('x')]" }] };
    expect(() => convert(JSON.stringify(template), "t", { file, resourceGroup: "dr" })).toThrow(
      /no Recovery Services vault[^]*its name is not known: uniqueString\(\) has no value here/,
    );
  });
});

function thing(className: string, inputs: object): object {
  return {
    custom: true,
    urn: `urn:pulumi:a::b::c::${className}`,
    type: `siterecovery:index:${className}`,
    inputs,
  };
}
