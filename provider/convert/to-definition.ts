/** From things to the definition that declares them. */
import { createRequire } from "node:module";
import type {
  StackDefinition,
  StackNetwork,
  StackPolicy,
  StackStorageAccount,
} from "../stack/stack-definition.ts";
import { clustersFrom } from "./convert-clusters.ts";
import { drillsFrom, machinesFrom } from "./convert-machines.ts";
import { migrationsFrom } from "./convert-migrations.ts";
import { plansFrom } from "./convert-plans.ts";
import { fabricTypeOf, type FolderOf, isSite, processServersOf, siteFrom } from "./convert-sites.ts";
import { accountsIn, networksIn, withUsed } from "./declare-used.ts";
import { type FoundThing, listAt, present, recordAt, textAt, type Values } from "./found-thing.ts";
import { addressSettings } from "../store-address.ts";
import { isBaseClass } from "../kinds/base-class.ts";
import { isName, propertiesOf, ThingsOf } from "./things-of.ts";

function accountFrom(inputs: Values, name: string): StackStorageAccount {
  const sku = textAt(recordAt(inputs, "sku"), "name");
  return {
    name,
    ...(sku === "Standard_LRS" ? {} : present({ sku })),
    ...present({ tags: inputs["tags"], url: inputs["url"] }),
    ...present(Object.fromEntries(addressSettings.map((setting) => [setting, inputs[setting]]))),
  } as StackStorageAccount;
}

function networkFrom(inputs: Values, name: string): StackNetwork {
  const subnets = listAt(inputs, "subnets").map(({ name: subnet, addressPrefix }) => ({
    name: subnet,
    addressPrefix,
  }));
  return {
    name,
    ...present({ addressSpace: recordAt(inputs, "addressSpace")["addressPrefixes"], tags: inputs["tags"] }),
    ...(subnets.length > 0 ? { subnets } : {}),
  } as StackNetwork;
}

interface DefinitionSchema {
  readonly properties: { readonly policies: { readonly items: { readonly properties: object } } };
}

// Two folders up in the sources (provider/convert) and in the build (dist/convert) alike.
const schema = createRequire(import.meta.url)("../../schema/stack.schema.json") as DefinitionSchema;
/** The settings that a policy has in a definition. Azure gives back others as well, which no program sets. */
const policySettings = new Set(Object.keys(schema.properties.policies.items.properties));

function policyFrom(inputs: Values, name: string): StackPolicy {
  const { instanceType, multiVmSyncStatus, ...all } = recordAt(propertiesOf(inputs), "providerSpecificInput");
  const settings = Object.fromEntries(
    Object.entries(all).filter(([key, value]) => policySettings.has(key) && value !== null),
  );
  return {
    name,
    ...(instanceType === "HyperVReplicaAzure" || isBaseClass(String(instanceType))
      ? {}
      : present({ instanceType })),
    // What a definition says anyway.
    ...(/^enabled?$/i.test(String(multiVmSyncStatus)) ? {} : present({ multiVmSyncStatus })),
    ...settings,
    ...present({ officeHours: inputs["officeHours"] }),
  } as StackPolicy;
}

/** Throws nothing: what a definition cannot say is left out, and told by `compareThings` or in `notes`. */
export function toDefinition(
  found: readonly FoundThing[],
  folderOf: FolderOf,
  notes: string[],
): StackDefinition {
  const things = new ThingsOf(found);
  const named = <Made>(kind: FoundThing["kind"], make: (inputs: Values, name: string) => Made): Made[] =>
    things.all(kind).map((inputs) => make(inputs, things.nameOf(kind, inputs)));
  const [vault = {}] = things.all("vault");
  const fabrics = things.all("fabric");
  const siteOf = (fabric: Values): string => things.nameOf("fabric", fabric);
  const inAzure = fabrics.find((fabric) => fabricTypeOf(fabric) === "Azure");
  const clouds = (site: string): number => things.all("protection-container", site).length;
  const isVmm = (site: string): boolean =>
    fabrics.some((fabric) => isName(siteOf(fabric), site) && fabricTypeOf(fabric) === "VMM");
  const location = textAt(vault, "location");
  const [migrations, clusters] = [migrationsFrom(things), clustersFrom(things)];
  const [plans, drills] = [plansFrom(things, folderOf, notes), drillsFrom(things)];
  const machines = machinesFrom(things, (site) => isVmm(site) && clouds(site) > 1);
  const sites = fabrics
    .filter(isSite)
    .map((fabric) => siteFrom(fabric, { things, folderOf, site: siteOf(fabric) }));
  const used = { machines, migrations, sites };
  return {
    version: 1,
    resourceGroup: textAt(vault, "resourceGroupName") ?? "dr",
    // What the engine says that has no location.
    ...(location === "embedded" ? {} : present({ location })),
    vault: { name: things.nameOf("vault", vault), ...(present({ tags: vault["tags"] }) as object) },
    azure: {
      storageAccounts: withUsed(
        named("storage-account", accountFrom),
        accountsIn(used),
        "storage account",
        notes,
      ),
      networks: withUsed(named("virtual-network", networkFrom), networksIn(used), "virtual network", notes),
      ...(inAzure ? processServersOf({ things, folderOf, site: siteOf(inAzure) }) : {}),
    },
    policies: named("policy", policyFrom),
    sites,
    machines,
    ...(migrations.length > 0 ? { migrations } : {}),
    ...(clusters.length > 0 ? { clusters } : {}),
    ...(plans.length > 0 ? { plans } : {}),
    ...(drills.length > 0 ? { drills } : {}),
  };
}
