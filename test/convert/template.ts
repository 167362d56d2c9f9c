/** Templates for tests of the conversion. */
import { type Conversion, convert, type ConvertOptions } from "../../provider/convert/convert.ts";
import { file } from "./state-of.ts";

export const asr = "Microsoft.RecoveryServices/vaults";

/** A vault, with a resource of its own. */
export const vault = {
  type: asr,
  apiVersion: "2024-04-01",
  name: "harbour",
  location: "westeurope",
  properties: {},
};

export function policy(name: string, more: object = {}): Record<string, unknown> {
  return {
    type: `${asr}/replicationPolicies`,
    apiVersion: "2024-04-01",
    name,
    properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure", replicationInterval: 300 } },
    ...more,
  };
}

export function templateOf(resources: unknown, more: object = {}): Record<string, unknown> {
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    ...more,
    resources,
  };
}

export function convertTemplate(template: object, options: Partial<ConvertOptions> = {}): Conversion {
  return convert(JSON.stringify(template), "t.json", { file, resourceGroup: "dr", ...options });
}

export const policyNames = ({ definition }: Conversion): string[] =>
  definition.policies.map(({ name }) => name);
