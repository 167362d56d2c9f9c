import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { convert } from "../../provider/convert/convert.ts";
import { arbitraryStack } from "../stack/arbitrary-definition.ts";
import { declared, file, stateOf } from "./state-of.ts";

describe("convert", () => {
  it("leaves migrations out, with what only those need, and tells it", () => {
    const { definition } = fc.sample(arbitraryStack, { numRuns: 1, seed: 1 })[0]!;
    const state = JSON.parse(stateOf(definition)) as {
      deployment: { resources: { urn: string; custom: boolean; type: string; inputs: object }[] };
    };
    const add = (className: string, inputs: object): void => {
      const type = `siterecovery:index:${className}`;
      state.deployment.resources.push({ urn: `urn:${className}`, custom: true, type, inputs });
    };
    const scope = {
      resourceGroupName: "dr",
      resourceName: "dr-vault",
      fabricName: definition.sites[0]!.name,
    };
    const policyId = "/subscriptions/0/providers/x/vaults/dr-vault/replicationPolicies/move";
    add("ReplicationPolicy", {
      ...scope,
      policyName: "move",
      properties: { providerSpecificInput: { instanceType: "VMwareCbt" } },
    });
    add("ReplicationProtectionContainerMapping", {
      ...scope,
      mappingName: "moves",
      properties: { policyId },
    });
    add("ReplicationMigrationItem", { ...scope, migrationItemName: "erp", properties: { policyId } });
    const { definition: made, notes } = convert(JSON.stringify(state), "state.json", { file });
    expect(notes.map((note) => note.replace(/:.*/, ""))).toEqual([
      "the replication policy move is left out",
      "the protection container mapping moves is left out",
      "the migration item erp is left out",
    ]);
    expect(declared(made)).toEqual(declared(definition));
  });
});
