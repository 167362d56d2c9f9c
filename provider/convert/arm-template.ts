/** Things of an ARM template: what the portal's "Export template" and `az group export` write. */
import type { Kind } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { inputNamesOf } from "../handlers/policy-settings.ts";
import { evaluate, type TemplateScope } from "./arm-expression.ts";
import {
  type FoundThing,
  type FoundThings,
  isRecord,
  listAt,
  present,
  recordAt,
  textAt,
  type Values,
} from "./found-thing.ts";

/** Whether a document is an ARM template. */
export function isArmTemplate(document: Values): boolean {
  return Array.isArray(document["resources"]) && /deploymentTemplate/i.test(String(document["$schema"]));
}

const kindOfType = new Map(Object.values(kinds).map((kind) => [kind.armType.toLowerCase(), kind]));

/** A resource and those written inside it, with whole types and names. */
function flatten(resource: Values, outer: { type: string; name: string } | undefined): Values[] {
  const type = outer ? `${outer.type}/${String(resource["type"])}` : String(resource["type"]);
  const name = outer ? `${outer.name}/${String(resource["name"])}` : String(resource["name"]);
  // A resource that is written inside another one may also have its whole type and name.
  const isWhole = outer !== undefined && String(resource["type"]).startsWith(`${outer.type.split("/")[0]}/`);
  const own = isWhole ? { type: String(resource["type"]), name: String(resource["name"]) } : { type, name };
  return [{ ...resource, ...own }, ...listAt(resource, "resources").flatMap((one) => flatten(one, own))];
}

/** The arguments in a kind's path, from the parts of the resource's name. */
function pathArguments(kind: Kind, name: string): Values {
  const places = [...kind.path.matchAll(/\{(\w+)\}/g)].map(([, argument]) => argument!);
  const parts = name.split("/");
  // A container mapping's name and the like end the path; what is left over belongs to the last one.
  return Object.fromEntries(places.map((place, index) => [place, parts[index]]));
}

type Shape = (properties: Values, resource: Values) => Values;

/** What kinds have in another place or under another name than a template. */
const shapes: Partial<Record<Kind["kind"], Shape>> = {
  vault: (_, resource) => present({ tags: resource["tags"], location: resource["location"] }),
  "storage-account": (_, resource) =>
    present({
      kind: resource["kind"],
      sku: resource["sku"],
      tags: resource["tags"],
      location: resource["location"],
    }),
  "virtual-network": (properties, resource) => ({
    ...present({
      tags: resource["tags"],
      location: resource["location"],
      addressSpace: properties["addressSpace"],
    }),
    subnets: listAt(properties, "subnets").map((subnet) => ({
      name: subnet["name"],
      addressPrefix: recordAt(subnet, "properties")["addressPrefix"],
    })),
  }),
  policy: (properties) => {
    const given = properties["providerSpecificInput"] ?? properties["providerSpecificDetails"];
    return { properties: { providerSpecificInput: isRecord(given) ? inputNamesOf(given) : undefined } };
  },
  "protected-item": (properties) => {
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
};

function toThing(resource: Values, scope: TemplateScope, notes: string[]): FoundThing[] {
  const kind = kindOfType.get(String(resource["type"]).toLowerCase());
  const name = String(evaluate(resource["name"], scope));
  if (!kind) {
    notes.push(`${name} is a ${String(resource["type"])}, which no definition declares`);
    return [];
  }
  const values = evaluate(resource, scope) as Values;
  const properties = recordAt(values, "properties");
  const shape = shapes[kind.kind] ?? ((): Values => ({ properties }));
  const inputs = {
    resourceGroupName: scope.resourceGroup,
    ...pathArguments(kind, name),
    ...shape(properties, values),
  };
  return [{ kind: kind.kind, inputs }];
}

/** Throws `InvalidInput` for an expression that cannot be worked out. */
export function readArmTemplate(document: Values, resourceGroup: string): FoundThings {
  const defaults = Object.entries(recordAt(document, "parameters")).map(([name, parameter]) => [
    name,
    isRecord(parameter) ? parameter["defaultValue"] : undefined,
  ]);
  const given: TemplateScope = {
    resourceGroup,
    parameters: Object.fromEntries(defaults) as Values,
    variables: {},
  };
  const scope = { ...given, variables: evaluate(recordAt(document, "variables"), given) as Values };
  const notes: string[] = [];
  const all = listAt(document, "resources").flatMap((resource) =>
    flatten(evaluateName(resource, scope), undefined),
  );
  return { things: all.flatMap((resource) => toThing(resource, scope, notes)), notes };
}

/** Names are put together of those around them, and so are worked out first. */
function evaluateName(resource: Values, scope: TemplateScope): Values {
  const inner = listAt(resource, "resources").map((one) => evaluateName(one, scope));
  return {
    ...resource,
    name: evaluate(resource["name"], scope),
    ...(inner.length > 0 ? { resources: inner } : {}),
  };
}
