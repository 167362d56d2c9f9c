/** Leaves out what belongs to a scenario of Azure that a definition has not, and all that needs it; each with a note. */
import { armIdOf, subscriptionlessKey } from "../arm-id.ts";
import { isBaseClass } from "../kinds/base-class.ts";
import { type KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { type FoundThing, type FoundThings, listAt, recordAt, textAt, type Values } from "./found-thing.ts";
import { propertiesOf } from "./things-of.ts";

/** What people call a scenario of Azure's. */
const scenarios: Readonly<Record<string, string>> = {
  A2A: "between Azure regions",
  A2ACrossClusterMigration: "between Azure clusters",
  AzureToAzure: "between Azure regions",
  InMageRcm: "VMware to Azure with the modernised appliance",
  InMageRcmFailback: "Azure back to VMware with the modernised appliance",
  HyperVReplica2012: "between VMM sites of Windows Server 2012",
  VMwareV2: "VMware with the appliance of Azure Migrate",
};

const policyTypes = ["HyperVReplicaAzure", "HyperVReplica2012R2", "InMageAzureV2", "InMage", "VMwareCbt"];

/** Where a kind says its scenario, and which ones a definition has. */
const supported: Partial<Record<KindName, { at: string; types: readonly string[] }>> = {
  policy: { at: "providerSpecificInput", types: policyTypes },
  fabric: {
    at: "customDetails",
    types: ["Azure", "HyperVSite", "VMM", "VMware", "FabricSpecificCreationInput"],
  },
  "protected-item": { at: "providerSpecificDetails", types: policyTypes },
  "migration-item": { at: "providerSpecificDetails", types: policyTypes },
  "network-mapping": { at: "fabricSpecificDetails", types: ["VmmToAzure", "VmmToVmm"] },
  "container-mapping": { at: "providerSpecificInput", types: policyTypes },
};

function scenarioOf({ kind, inputs }: FoundThing): string | undefined {
  const row = supported[kind];
  const type = row && textAt(recordAt(propertiesOf(inputs), row.at), "instanceType");
  return type === undefined || row!.types.includes(type) || isBaseClass(type) ? undefined : type;
}

function ownKey({ kind, inputs }: FoundThing): string | undefined {
  try {
    return subscriptionlessKey(armIdOf(kinds[kind], inputs));
  } catch {
    return undefined;
  }
}

/** Ids without which a thing makes no sense. */
function needs(inputs: Values): string[] {
  const properties = propertiesOf(inputs);
  return [
    ...[
      "policyId",
      "primaryFabricId",
      "recoveryFabricId",
      "targetProtectionContainerId",
      "recoveryNetworkId",
    ].map((key) => textAt(properties, key)),
    textAt(inputs, "protectedItemId"),
  ].flatMap((id) => (id === undefined ? [] : subscriptionlessKey(id)));
}

const titleOf = ({ kind, inputs }: FoundThing): string =>
  `the ${kinds[kind].title} ${textAt(inputs, kinds[kind].nameArgument) ?? ""}`;

/** A plan without the machines that are left out. */
function withoutItems(thing: FoundThing, isGone: (id: string) => boolean, notes: string[]): FoundThing {
  if (thing.kind !== "recovery-plan") return thing;
  const properties = propertiesOf(thing.inputs);
  const groups = listAt(properties, "groups").map((group) => {
    const items = listAt(group, "replicationProtectedItems");
    const kept = items.filter((item) => !isGone(textAt(item, "id") ?? ""));
    if (kept.length === items.length) return group;
    notes.push(
      `${titleOf(thing)}: ${items.length - kept.length} of its machines left out with their scenario`,
    );
    return { ...group, replicationProtectedItems: kept };
  });
  return { ...thing, inputs: { ...thing.inputs, properties: { ...properties, groups } } };
}

export function leaveOutUnsupported(found: FoundThings): FoundThings {
  const gone = new Map<string, string>();
  const notes: string[] = [];
  const goneWith = (id: string): string | undefined =>
    [...gone].find(([key]) => id === key || id.startsWith(`${key}/`))?.[1];
  let things = [...found.things];
  const leaveOut = (thing: FoundThing, why: string): void => {
    const key = ownKey(thing);
    if (key !== undefined) gone.set(key, titleOf(thing));
    notes.push(`${titleOf(thing)} is left out: ${why}`);
    things = things.filter((one) => one !== thing);
  };
  for (const thing of found.things) {
    const type = scenarioOf(thing);
    if (type === undefined) continue;
    const what = Object.hasOwn(scenarios, type) ? `${type} (${scenarios[type]!})` : type;
    leaveOut(thing, `a definition does not have the scenario ${what}`);
  }
  // What needs something that is left out may be needed itself.
  for (let before = -1; gone.size > 0 && before !== things.length;) {
    before = things.length;
    for (const thing of things) {
      const ids = [ownKey(thing) ?? "", ...needs(thing.inputs)];
      const cause = ids.map(goneWith).find((one) => one !== undefined);
      if (cause !== undefined) leaveOut(thing, `it needs ${cause}`);
    }
  }
  const isGone = (id: string): boolean => goneWith(subscriptionlessKey(id)) !== undefined;
  return {
    things: gone.size === 0 ? things : things.map((thing) => withoutItems(thing, isGone, notes)),
    notes: [...found.notes, ...notes],
  };
}
