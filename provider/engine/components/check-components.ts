/** Whether the parts that a step needs are there and well. */
import { findItem } from "../../store/protected-items.ts";
import path from "node:path";
import { nameOf, parentOf, sameId } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { KindName } from "../../kinds/kind.ts";
import type { ItemInputs } from "../protected-item/item-things.ts";
import type { Machine } from "../../ports/machines.ts";
import { findThing, listThings } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Flow } from "../../model/flows.ts";
import { fabricTypeOf } from "../inventory/fabric-type.ts";
import { inventoryForNewMachine } from "../inventory/find-machine.ts";
import { fabricOf, inventoriesOf, type Inventory } from "../inventory/inventories.ts";
import { recoveryContainerOf } from "../inventory/recovery-side.ts";
import { protectionOf } from "../protected-item/protection.ts";
import { accountProblem } from "./run-as-accounts.ts";
import { type Component, type ComponentStep, componentsOf, stepNames } from "./needed-components.ts";
import { said } from "../../message.ts";

/** What the checks look at. Inventory and machine are those at the primary side, where they are known. */
export interface ComponentFacts {
  readonly parts: EngineParts;
  readonly itemId: string;
  readonly inputs: ItemInputs;
  readonly flow: Flow;
  readonly inventory?: Inventory;
  readonly machine?: Machine;
}

/** What is missing and what to do about it, or `undefined` if the part is there and well. */
type Check = (facts: ComponentFacts) => string | undefined;

/** What to type next: a key of a definition, and what it is in a program. */
const declareServer =
  "Name it as server of the site in a definition; in a program declare its ReplicationRecoveryServicesProvider";
const installAgent =
  "Install it, and say so (agent of the host in a definition, recoveryServicesAgentInstalled in a program)";

function namesIn(parts: EngineParts, kind: KindName, fabricId: string): string[] {
  return listThings(parts.store, { kind, under: fabricId }).map(({ id }) => nameOf(id));
}

function registration(what: string): Check {
  return ({ parts, itemId }) => {
    const fabricId = fabricOf(itemId);
    if (namesIn(parts, "services-provider", fabricId).length > 0) return undefined;
    return `no ${what} is registered in ${nameOf(fabricId)}. ${declareServer}`;
  };
}

const secondFabric = ({ parts, itemId, inputs }: ComponentFacts): string | undefined => {
  const container = recoveryContainerOf(parts, itemId, inputs);
  return container === undefined ? undefined : fabricOf(container);
};

const mobilityService: Check = ({ parts, itemId, inputs, machine }) => {
  if (!machine || machine.mobilityService !== undefined) return undefined;
  const account = protectionOf(inputs).runAsAccountId;
  if (account === undefined) {
    return (
      `the Mobility service does not run on ${machine.name}. Install it by hand (mobilityService in its ` +
      `machine.yaml), or name the account that the process server pushes it with (account in a definition, runAsAccountId in a program)`
    );
  }
  return accountProblem(parts, itemId, account, "push the Mobility service");
};

const mobilityServiceRuns: Check = ({ machine }) => {
  if (!machine || machine.mobilityService !== undefined) return undefined;
  return `the Mobility service no longer runs on ${machine.name}. Install it again (mobilityService in its machine.yaml)`;
};

const migrationAccounts: Check = ({ parts, itemId, inputs }) =>
  (protectionOf(inputs).migrationAccountIds ?? [])
    .map((account) => accountProblem(parts, itemId, account, "take snapshots and move data"))
    .find((problem) => problem !== undefined);

const cloudProfile: Check = ({ parts, itemId, inputs }) => {
  const clouds = [parentOf(itemId), recoveryContainerOf(parts, itemId, inputs)].flatMap((id) => id ?? []);
  const bare = clouds.find((id) => {
    const cloud = findThing<{ capabilityProfile?: string }>(parts.store, id);
    return cloud?.inputs.capabilityProfile === undefined;
  });
  return bare === undefined
    ? undefined
    : `the cloud ${nameOf(bare)} has no capability profile. Set its capabilityProfile`;
};

const hostInCloud: Check = ({ itemId, inventory }) => {
  const cloud = nameOf(parentOf(itemId));
  if (!inventory || inventory.containerName === cloud) return undefined;
  const where = inventory.containerName === undefined ? "no cloud" : `the cloud ${inventory.containerName}`;
  return `its host ${inventory.name} is in ${where}, not in ${cloud}. Move the host into the cloud, or protect the machine in the host's`;
};

function lacksAgent(parts: EngineParts, hostId: string): boolean {
  const host = findThing<{ recoveryServicesAgentInstalled?: boolean }>(parts.store, hostId);
  return host?.inputs.recoveryServicesAgentInstalled === false;
}

const hostAgent: Check = ({ parts, inventory }) => {
  if (!inventory || !lacksAgent(parts, inventory.id)) return undefined;
  return `its host ${inventory.name} has no Recovery Services agent. ${installAgent}`;
};

/** The hosts of the second site that keep the replica or run the machine that was made of it; those that will, before. */
function secondHosts({ parts, itemId, inputs }: ComponentFacts): string[] {
  const container = recoveryContainerOf(parts, itemId, inputs);
  if (container === undefined) return [];
  const details = findItem(parts.store, itemId)?.details;
  const folder = details?.recoveryMachine?.folder;
  const hosts = inventoriesOf(parts, fabricOf(container)).filter(
    (host) =>
      (folder !== undefined && path.dirname(folder) === host.folder) ||
      (details !== undefined && sameId(host.id, details.replicaStoreId)),
  );
  if (hosts.length > 0) return hosts.map(({ id }) => id);
  return [inventoryForNewMachine(parts, fabricOf(container), nameOf(container)).id];
}

const secondHostAgent: Check = (facts) => {
  const bare = secondHosts(facts).find((id) => lacksAgent(facts.parts, id));
  if (bare === undefined) return undefined;
  return (
    `the host ${nameOf(bare)} of the second site ${nameOf(fabricOf(bare))} has no Recovery Services agent. ` +
    installAgent
  );
};

const secondSite: Check = (facts) => {
  const { parts, flow, itemId } = facts;
  const fabricId = secondFabric(facts);
  if (fabricId === undefined) {
    return (
      `the container ${nameOf(parentOf(itemId))} is mapped to no container of a second site. ` +
      "Name the site as target in a definition; in a program set targetProtectionContainerId of its mapping"
    );
  }
  if (fabricTypeOf(parts, fabricId) === flow.fabricType) return undefined;
  return `the second site ${nameOf(fabricId)} is not of the type ${flow.fabricType}. Map the container to one that is`;
};

const secondSiteServer: Check = (facts) => {
  const fabricId = secondFabric(facts);
  if (fabricId === undefined) return undefined;
  if (namesIn(facts.parts, "services-provider", fabricId).length === 0) {
    const server = facts.flow.fabricType === "VMM" ? "VMM server" : "configuration server";
    return `no ${server} is registered at the second site ${nameOf(fabricId)}. ${declareServer}`;
  }
  inventoryForNewMachine(facts.parts, fabricId);
  return undefined;
};

const secondMasterTarget: Check = (facts) => {
  const { parts, inputs } = facts;
  const id = protectionOf(inputs).masterTargetId ?? "";
  const fabricId = secondFabric(facts);
  if (fabricId === undefined) return undefined;
  if (findThing(parts.store, id)?.kind !== "master-target") {
    return `there is no master target ${nameOf(id)} to keep the replica. Declare it, and name it (masterTarget in a definition, masterTargetId in a program)`;
  }
  if (sameId(fabricOf(id), fabricId)) return undefined;
  return `the master target ${nameOf(id)} is not at the second site ${nameOf(fabricId)}. Name one that is`;
};

const masterTarget: Check = ({ parts, itemId }) => {
  const fabricId = fabricOf(itemId);
  const servers = [
    ...namesIn(parts, "master-target", fabricId),
    ...namesIn(parts, "services-provider", fabricId),
  ];
  return servers.length > 0
    ? undefined
    : `there is no master target in ${nameOf(fabricId)} (V2F-7). Declare a MasterTarget`;
};

const azureProcessServer: Check = ({ parts }) => {
  const servers = listThings(parts.store, { kind: "process-server" });
  if (servers.some(({ id }) => fabricTypeOf(parts, fabricOf(id)) === "Azure")) return undefined;
  return (
    "there is no process server in Azure (V2F-5). Declare a ProcessServer in a fabric of Azure; it may be " +
    "deleted again when the machine is back"
  );
};

const hypervisorForMachine: Check = ({ parts, itemId }) => {
  inventoryForNewMachine(parts, fabricOf(itemId));
  return undefined;
};

const checks: Record<Component, Check> = {
  configurationServer: registration("configuration server"),
  vmmServer: registration("VMM server"),
  cloudProfile,
  hostInCloud,
  hostAgent,
  secondHostAgent,
  mobilityService,
  mobilityServiceRuns,
  secondSite,
  secondSiteServer,
  secondMasterTarget,
  masterTarget,
  azureProcessServer,
  hypervisorForMachine,
  migrationAccounts,
};

/** Throws `PrerequisitesNotMet` with the first part that the step lacks. */
export function checkComponents(facts: ComponentFacts, step: ComponentStep): void {
  for (const component of componentsOf[facts.flow.id][step]) {
    const what = checks[component](facts);
    if (what === undefined) continue;
    const message = said`${nameOf(facts.itemId)} ${stepNames[step]}: ${what}.`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, {
      target: facts.itemId,
      property: "properties.providerSpecificDetails",
    });
  }
}
