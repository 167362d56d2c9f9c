/** Functions of what a template says around an expression, and ids of resources. */
import { type Arguments, any, type FunctionTable, type Place } from "./template-function.ts";
import { Hole, NotKnown, subscriptionMark } from "./values.ts";

const inAzure = (what: string): Hole => new Hole(`${what} is known in Azure only`);

/** A type and names → `Microsoft.Network/virtualNetworks/net/subnets/apps`. */
function pathOf(given: Arguments, typeIndex: number): string {
  const [namespace, ...types] = given.text(typeIndex).split("/");
  const names = given.values.slice(typeIndex + 1).map((_, index) => given.joinable(typeIndex + 1 + index));
  if (types.length === 0 || types.length !== names.length || names.some((name) => /^$|\//.test(name)))
    return given.refuse(`takes as many names as the type '${given.text(typeIndex)}' has parts`);
  return [namespace, ...types.map((type, index) => `${type}/${names[index]!}`)].join("/");
}

/** Subscription and group may stand in front of the type, which is the first one with a slash. */
function resourceId(given: Arguments, place: Place): string {
  const typeIndex = given.values.findIndex((value) => typeof value === "string" && value.includes("/"));
  if (typeIndex < 0 || typeIndex > 2)
    return given.refuse("takes a type, such as 'Microsoft.Network/virtualNetworks'");
  const group = typeIndex === 0 ? place.resourceGroup() : given.joinable(typeIndex - 1);
  const subscription = typeIndex === 2 ? given.joinable(0) : subscriptionMark;
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${pathOf(given, typeIndex)}`;
}

function subscriptionResourceId(given: Arguments): string {
  const typeIndex = given.joinable(0).includes("/") ? 0 : 1;
  const subscription = typeIndex === 1 ? given.joinable(0) : subscriptionMark;
  return `/subscriptions/${subscription}/providers/${pathOf(given, typeIndex)}`;
}

function copyIndex(given: Arguments, place: Place): number {
  const isNamed = typeof given.values[0] === "string";
  const offset = isNamed ? given.count > 1 && given.whole(1) : given.count > 0 && given.whole(0);
  return place.copyIndex(isNamed ? given.text(0) : undefined) + (offset || 0);
}

function resourceGroup(_: Arguments, place: Place): object {
  const name = place.resourceGroup();
  return {
    id: `/subscriptions/${subscriptionMark}/resourceGroups/${name}`,
    name,
    location: inAzure("resourceGroup().location"),
    tags: inAzure("resourceGroup().tags"),
  };
}

function subscription(): object {
  return {
    id: `/subscriptions/${subscriptionMark}`,
    subscriptionId: subscriptionMark,
    tenantId: inAzure("subscription().tenantId"),
    displayName: inAzure("subscription().displayName"),
  };
}

export const placeFunctions: FunctionTable = {
  parameters: {
    usage: "parameters('name')",
    takes: [1, 1],
    run: (given, place) => place.parameter(given.text(0)),
  },
  variables: {
    usage: "variables('name')",
    takes: [1, 1],
    run: (given, place) => place.variable(given.text(0)),
  },
  copyindex: { usage: "copyIndex('loop', 1)", takes: [0, 2], run: copyIndex },
  resourcegroup: { usage: "resourceGroup()", takes: [0, 0], run: resourceGroup },
  subscription: { usage: "subscription()", takes: [0, 0], run: subscription },
  resourceid: {
    usage: "resourceId(subscription, group, type, name, …)",
    takes: [2, any],
    keepsUnknown: "parts",
    run: resourceId,
  },
  subscriptionresourceid: {
    usage: "subscriptionResourceId(subscription, type, name, …)",
    takes: [2, any],
    keepsUnknown: "parts",
    run: subscriptionResourceId,
  },
  tenantresourceid: {
    usage: "tenantResourceId(type, name, …)",
    takes: [2, any],
    run: (given) => `/providers/${pathOf(given, 0)}`,
  },
  extensionresourceid: {
    usage: "extensionResourceId(id, type, name, …)",
    takes: [3, any],
    keepsUnknown: "parts",
    run: (given) => `${given.joinable(0)}/providers/${pathOf(given, 1)}`,
  },
  reference: {
    usage: "reference('deployment').outputs",
    takes: [1, 3],
    keepsUnknown: "parts",
    run: (given, place) => place.reference(given.joinable(0)),
  },
  resourceinfo: {
    usage: "resourceInfo('symbolicName')",
    takes: [1, 1],
    run: (given, place) => place.resourceInfo(given.text(0)),
  },
};

/** Functions whose value Azure decides, or that are not supported; each with what to say of it. */
export const unsupportedFunctions: Readonly<Record<string, string>> = Object.fromEntries([
  ...[
    "uniqueString",
    "guid",
    "newGuid",
    "utcNow",
    "deployment",
    "environment",
    "tenant",
    "managementGroup",
  ].map((name) => [name, "its value is known in Azure only"]),
  ...["pickZones", "providers", "deployer", "references", "listKeys", "listSecrets", "listAccountSas"].map(
    (name) => [name, "it asks Azure"],
  ),
  ...["dateTimeAdd", "dateTimeFromEpoch", "dateTimeToEpoch", "uri", "dataUri", "dataUriToString"].map(
    (name) => [name, "it is not supported"],
  ),
  ...["parseCidr", "cidrHost", "indexFromEnd", "tryIndexFromEnd", "managementGroupResourceId", "fail"].map(
    (name) => [name, "it is not supported"],
  ),
]) as Record<string, string>;

/** Says why a function that is in no table has no value. */
export function refuseFunction(name: string): never {
  const lower = name.toLowerCase();
  const known = Object.entries(unsupportedFunctions).find(([one]) => one.toLowerCase() === lower);
  if (known) throw new NotKnown(`${known[0]}() has no value here: ${known[1]}`);
  if (/^list\w/i.test(name)) throw new NotKnown(`${name}() has no value here: it asks Azure`);
  throw new NotKnown(`there is no function ${name}()`);
}
