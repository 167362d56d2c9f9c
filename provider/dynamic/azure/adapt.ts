/** Where azure-native wants something else than the engine, kind by kind. What Azure cannot do is thrown. */
import * as pulumi from "@pulumi/pulumi";
import type { VaultArgs as AzureVault } from "@pulumi/azure-native/recoveryservices/vault.js";
import { microsoftAzure } from "../../kinds/kind.ts";
import { changedAt, checkedAt } from "./nested.ts";
import { type Declared, refused } from "./refused.ts";

const settings = ["properties", "providerSpecificDetails"] as const;

/** Azure wants an SKU; the engine has one by default. */
export function adaptVault<Args extends AzureVault>(args: Args): Args {
  return {
    ...args,
    sku: args.sku ?? { name: "Standard" },
    properties: changedAt(args.properties ?? {}, ["publicNetworkAccess"], (value) => value ?? "Enabled"),
  };
}

function customDetailsOf(args: { properties?: unknown }): { instanceType?: unknown } | undefined {
  const properties = args.properties as { customDetails?: { instanceType?: unknown } } | undefined;
  return properties?.customDetails;
}

const registeredFabrics = ["VMM", "VMware"];

/** Fabrics of VMM and configuration servers come with their registration; no program makes them. */
export function isRegisteredFabric(args: Readonly<Record<string, unknown>>): boolean {
  return registeredFabrics.includes(customDetailsOf(args)?.instanceType as string);
}

/** Hyper-V sites of this program, which have no network mappings: the vault of each, and its name as text and output. */
const hyperVSites: { readonly vault: unknown; readonly names: readonly unknown[] }[] = [];

type InVault = Readonly<Record<string, unknown>>;

function isHyperVSite(args: InVault, name: unknown): boolean {
  return hyperVSites.some(
    ({ vault, names }) =>
      names.includes(name) && (pulumi.Output.isInstance(name) || vault === args["resourceName"]),
  );
}

export function noteFabric(args: InVault, made: pulumi.CustomResource): void {
  if (customDetailsOf(args) !== undefined) return;
  const { name } = made as unknown as { name: unknown };
  hyperVSites.push({ vault: args["resourceName"], names: [args["fabricName"], name] });
}

export function adaptFabric<Args extends { fabricName?: unknown; properties?: unknown }>(
  args: Args,
  declared: Declared,
): Args {
  return checkedAt(args, ["properties", "customDetails", "instanceType"], (type) => {
    if (!registeredFabrics.includes(type as string)) return;
    const why =
      "fabrics of VMM and configuration servers come with the server's registration and are not made, which has to be " +
      "clear from the start. Write customDetails as plain values, not as outputs.";
    throw refused(declared, "properties.customDetails", why);
  }) as Args;
}

const retired =
  "Azure has retired replication to a second site of one's own; there are policies of HyperVReplicaAzure and " +
  "InMageAzureV2, to Azure. The embedded engine still has it.";

export function adaptPolicy<Args>(args: Args, declared: Declared): Args {
  const path = ["properties", "providerSpecificInput", "instanceType"];
  return checkedAt(args, path, (type) => {
    if (type === "InMage" || type === "HyperVReplica2012R2") throw refused(declared, path.join("."), retired);
  }) as Args;
}

/** What the engine takes for granted, Azure wants in words. */
export function adaptContainerMapping<Args>(args: Args, declared: Declared): Args {
  const path = ["properties", "targetProtectionContainerId"];
  return changedAt(args, path, (target) => {
    if (target !== undefined && target !== microsoftAzure) throw refused(declared, path.join("."), retired);
    return microsoftAzure;
  }) as Args;
}

export function adaptNetworkMapping<Args>(args: Args, declared: Declared): Args {
  const refuseHyperVSite = (name: unknown): void => {
    if (!isHyperVSite(args as InVault, name)) return;
    const why =
      `its fabric${typeof name === "string" ? ` ${name}` : ""} is a Hyper-V site, and Azure maps networks of VMM servers only. Leave it out, and set ` +
      "properties.providerSpecificDetails.targetAzureNetworkId of the machines.";
    throw refused(declared, undefined, why);
  };
  // At once where it is told by the site's own output: what is refused later comes with a stack trace.
  refuseHyperVSite((args as { fabricName?: unknown }).fabricName);
  const checked = checkedAt(args, ["fabricName"], refuseHyperVSite);
  return changedAt(checked, ["properties", "recoveryFabricName"], (name) => name ?? microsoftAzure) as Args;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function warnOfName(id: unknown, { name }: Declared): void {
  if (typeof id !== "string" || uuid.test(id.slice(id.lastIndexOf("/") + 1))) return;
  void pulumi.log.warn(
    `${name}: properties.protectableItemId ends in a name, and Azure knows machines by the ids that its discovery gives ` +
      "them. Put the machine's there, as the container's replicationProtectableItems list it.",
  );
}

/** Servers of the engine have ARM ids; those that registered with Azure are known by a UUID. */
const refuseArmId =
  (property: string, declared: Declared) =>
  (id: unknown): void => {
    if (typeof id !== "string" || !id.startsWith("/")) return;
    const why =
      "it is the id of a resource, and Azure knows the server by the UUID that it registered with. Put that there.";
    throw refused(declared, property, why);
  };

export function adaptItem<Args>(args: Args, declared: Declared): Args {
  let checked = checkedAt(args, [...settings, "instanceType"], (type) => {
    if (type === "InMage") throw refused(declared, [...settings, "instanceType"].join("."), retired);
  });
  for (const key of ["processServerId", "masterTargetId"]) {
    const path = [...settings, key];
    checked = checkedAt(checked, path, refuseArmId(path.join("."), declared));
  }
  return checkedAt(checked, ["properties", "protectableItemId"], (id) => warnOfName(id, declared)) as Args;
}

/** A script of the engine's is a file; on Azure's side only runbooks of an automation account run. */
function refuseScriptInAzure(action: unknown, declared: Declared): void {
  const { actionName, customDetails } = (action ?? {}) as {
    actionName?: string;
    customDetails?: { instanceType?: string; fabricLocation?: string };
  };
  if (customDetails?.instanceType !== "ScriptActionDetails" || customDetails.fabricLocation === "Primary")
    return;
  const why =
    `the action ${actionName ?? ""} runs a script at the recovery side, where Azure runs nothing but runbooks of an ` +
    "automation account. Make it a manual action, or add the runbook in the portal.";
  throw refused(declared, "properties.groups", why);
}

export function adaptPlan<Args>(args: Args, declared: Declared): Args {
  const lists = ["startGroupActions", "endGroupActions"];
  const checked = lists.reduce<unknown>(
    (before, list) =>
      checkedAt(before, ["properties", "groups", list], (actions) => {
        for (const action of Array.isArray(actions) ? actions : []) refuseScriptInAzure(action, declared);
      }),
    args,
  );
  return changedAt(
    checked,
    ["properties", "failoverDeploymentModel"],
    (model) => model ?? "ResourceManager",
  ) as Args;
}
