/** From things to the definition that declares them. */
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
import { type FoundThing, listAt, present, recordAt, textAt, type Values } from "./found-thing.ts";
import { isName, propertiesOf, ThingsOf } from "./things-of.ts";

function accountFrom(inputs: Values, name: string): StackStorageAccount {
  const sku = textAt(recordAt(inputs, "sku"), "name");
  return {
    name,
    ...(sku === "Standard_LRS" ? {} : present({ sku })),
    ...present({ tags: inputs["tags"] }),
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

function policyFrom(inputs: Values, name: string): StackPolicy {
  const { instanceType, multiVmSyncStatus, ...settings } = recordAt(
    propertiesOf(inputs),
    "providerSpecificInput",
  );
  return {
    name,
    ...(instanceType === "HyperVReplicaAzure" ? {} : present({ instanceType })),
    // What a definition says anyway.
    ...(multiVmSyncStatus === "Enable" ? {} : present({ multiVmSyncStatus })),
    ...settings,
    ...present({ officeHours: inputs["officeHours"] }),
  } as StackPolicy;
}

/** Throws nothing: what a definition cannot say is left out, and told by `compareThings`. */
export function toDefinition(found: readonly FoundThing[], folderOf: FolderOf): StackDefinition {
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
  const [plans, drills] = [plansFrom(things, folderOf), drillsFrom(things)];
  return {
    version: 1,
    resourceGroup: textAt(vault, "resourceGroupName") ?? "dr",
    ...present({ location }),
    vault: { name: things.nameOf("vault", vault), ...(present({ tags: vault["tags"] }) as object) },
    azure: {
      storageAccounts: named("storage-account", accountFrom),
      networks: named("virtual-network", networkFrom),
      ...(inAzure ? processServersOf({ things, folderOf, site: siteOf(inAzure) }) : {}),
    },
    policies: named("policy", policyFrom),
    sites: fabrics
      .filter(isSite)
      .map((fabric) => siteFrom(fabric, { things, folderOf, site: siteOf(fabric) })),
    machines: machinesFrom(things, (site) => isVmm(site) && clouds(site) > 1),
    ...(migrations.length > 0 ? { migrations } : {}),
    ...(clusters.length > 0 ? { clusters } : {}),
    ...(plans.length > 0 ? { plans } : {}),
    ...(drills.length > 0 ? { drills } : {}),
  };
}
