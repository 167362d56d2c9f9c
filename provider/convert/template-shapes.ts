/** What kinds have in another place, or under another name, than a resource of a template. */
import { inputNamesOf } from "../handlers/policy-settings.ts";
import type { KindName } from "../kinds/kind.ts";
import { addressPrefixOf } from "./add-subnets.ts";
import { listAt, present, recordAt, textAt, type Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";

interface Shape {
  readonly inputs: (properties: Values, resource: Values) => Values;
  /** What of the resource a definition has no place for. */
  readonly unused?: (properties: Values, resource: Values) => string[];
}

const keysBut = (from: Values, prefix: string, but: readonly string[]): string[] =>
  Object.entries(from).flatMap(([key, value]) =>
    but.includes(key) || value === null ? [] : [`${prefix}${key}`],
  );

const subnetsOf = (properties: Values): readonly Values[] => listAt(properties, "subnets");

const shapes: Partial<Record<KindName, Shape>> = {
  vault: {
    inputs: (properties, resource) => ({
      ...present({ tags: resource["tags"], location: resource["location"] }),
      ...(Object.keys(properties).length > 0 ? { properties } : {}),
    }),
    unused: (_, { identity }) => {
      const isNone = !isRecord(identity) || String(identity["type"]).toLowerCase() === "none";
      return isNone ? [] : ["its identity is"];
    },
  },
  "storage-account": {
    inputs: (_, resource) =>
      present({
        kind: resource["kind"],
        sku: resource["sku"],
        tags: resource["tags"],
        location: resource["location"],
      }),
    unused: (properties) => verb(keysBut(properties, "properties.", [])),
  },
  "virtual-network": {
    inputs: (properties, resource) => ({
      ...present({
        tags: resource["tags"],
        location: resource["location"],
        addressSpace: properties["addressSpace"],
      }),
      ...(subnetsOf(properties).length === 0
        ? {}
        : {
            subnets: subnetsOf(properties).map((subnet) => ({
              ...present({
                name: subnet["name"],
                addressPrefix: addressPrefixOf(recordAt(subnet, "properties")),
              }),
            })),
          }),
    }),
    unused: (properties) =>
      verb([
        ...keysBut(properties, "properties.", ["addressSpace", "subnets"]),
        ...subnetsOf(properties).flatMap((subnet) =>
          keysBut(recordAt(subnet, "properties"), `${textAt(subnet, "name") ?? "subnet"}.`, [
            "addressPrefix",
            "addressPrefixes",
          ]),
        ),
      ]),
  },
  policy: {
    inputs: (properties) => {
      const given = properties["providerSpecificInput"] ?? properties["providerSpecificDetails"];
      return { properties: { providerSpecificInput: isRecord(given) ? inputNamesOf(given) : undefined } };
    },
  },
  "protected-item": {
    inputs: (properties) => {
      const details = recordAt(properties, "providerSpecificDetails");
      const account = textAt(details, "recoveryAzureStorageAccount");
      const isVmware = details["instanceType"] === "InMageAzureV2";
      return {
        properties: {
          ...properties,
          providerSpecificDetails: {
            ...details,
            ...(account === undefined
              ? {}
              : { [isVmware ? "storageAccountId" : "targetStorageAccountId"]: account }),
            ...present({ targetAzureNetworkId: textAt(details, "selectedRecoveryAzureNetworkId") }),
          },
        },
      };
    },
  },
};

function verb(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${names.join(", ")} ${names.length === 1 ? "is" : "are"}`];
}

/** A kind's arguments from a resource, and what of it they leave out. */
export function shapeOf(kind: KindName, resource: Values): { inputs: Values; unused: readonly string[] } {
  const properties = recordAt(resource, "properties");
  const shape = shapes[kind];
  if (!shape) return { inputs: { properties }, unused: [] };
  return { inputs: shape.inputs(properties, resource), unused: shape.unused?.(properties, resource) ?? [] };
}
