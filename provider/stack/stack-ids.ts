/** The ids and parent arguments that names of a definition stand for. */
import { armIdOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { embeddedSubscriptionId } from "../kinds/kind.ts";
import { masterTargetKind } from "../kinds/master-target.ts";
import { policyKind } from "../kinds/policy.ts";
import { processServerKind } from "../kinds/process-server.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { recoveryPlanKind } from "../kinds/recovery-plan.ts";
import { servicesProviderKind } from "../kinds/services-provider.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { storageClassificationKind } from "../kinds/storage-classification.ts";
import { virtualNetworkKind } from "../kinds/virtual-network.ts";
import { vmNetworkKind } from "../kinds/vm-network.ts";
import { containerOf, siteOf } from "./site-of.ts";
import type { SiteContainer } from "./site-parts.ts";
import type { StackDefinition, StackMachine } from "./stack-definition.ts";
import type { StackSite } from "./stack-site.ts";

/** The fabric that process servers in Azure are in. */
export const azureFabricName = "azure";

export class StackIds {
  readonly #stack: StackDefinition;

  constructor(stack: StackDefinition) {
    this.#stack = stack;
  }

  get inGroup(): { resourceGroupName: string; location?: string } {
    const { resourceGroup, location } = this.#stack;
    return { resourceGroupName: resourceGroup, ...(location === undefined ? {} : { location }) };
  }

  /** The resource group itself. */
  get group(): string {
    return `/subscriptions/${embeddedSubscriptionId}/resourceGroups/${this.#stack.resourceGroup}`;
  }

  get inVault(): { resourceGroupName: string; resourceName: string } {
    return { resourceGroupName: this.#stack.resourceGroup, resourceName: this.#stack.vault.name };
  }

  inSite(site: StackSite): { resourceGroupName: string; resourceName: string; fabricName: string } {
    const { azureFabric } = site;
    const fabricName = this.#stack.target === "azure" ? (azureFabric ?? site.name) : site.name;
    return { ...this.inVault, fabricName };
  }

  /** A container's name; Azure gives names of its own. */
  #containerName(site: StackSite, name: string): string {
    if (this.#stack.target !== "azure") return name;
    const cloud = (site.clouds ?? []).find((one) => one.name === name);
    return (cloud ?? site).azureContainer ?? name;
  }

  inContainer(
    site: StackSite,
    container: SiteContainer,
  ): ReturnType<StackIds["inSite"]> & { protectionContainerName: string } {
    return { ...this.inSite(site), protectionContainerName: this.#containerName(site, container.name) };
  }

  siteNamed(name: string): StackSite {
    return this.#stack.sites.find((site) => site.name === name)!;
  }

  fabric(site: StackSite): string {
    return armIdOf(fabricKind, this.inSite(site));
  }

  container(site: StackSite, name: string): string {
    const protectionContainerName = this.#containerName(site, name);
    return armIdOf(protectionContainerKind, { ...this.inSite(site), protectionContainerName });
  }

  /** The fabric of process servers in Azure. */
  get inAzure(): ReturnType<StackIds["inSite"]> {
    return { ...this.inVault, fabricName: azureFabricName };
  }

  processServer(site: StackSite, processServerName: string): string {
    return armIdOf(processServerKind, { ...this.inSite(site), processServerName });
  }

  /** The VMM server or configuration server. */
  server(site: StackSite): string {
    return armIdOf(servicesProviderKind, { ...this.inSite(site), providerName: site.server });
  }

  vmNetwork(site: StackSite, networkName: string): string {
    return armIdOf(vmNetworkKind, { ...this.inSite(site), networkName });
  }

  storageClassification(site: StackSite, storageClassificationName: string): string {
    return armIdOf(storageClassificationKind, { ...this.inSite(site), storageClassificationName });
  }

  masterTarget(site: StackSite, masterTargetName: string): string {
    return armIdOf(masterTargetKind, { ...this.inSite(site), masterTargetName });
  }

  policy(policyName: string): string {
    return armIdOf(policyKind, { ...this.inVault, policyName });
  }

  plan(recoveryPlanName: string): string {
    return armIdOf(recoveryPlanKind, { ...this.inVault, recoveryPlanName });
  }

  network(virtualNetworkName: string): string {
    return armIdOf(virtualNetworkKind, { ...this.inGroup, virtualNetworkName });
  }

  storageAccount(accountName: string): string {
    return armIdOf(storageAccountKind, { ...this.inGroup, accountName });
  }

  item(machine: StackMachine): string {
    const site = siteOf(this.#stack, machine.site)!;
    return armIdOf(protectedItemKind, {
      ...this.inContainer(site, containerOf(this.#stack, machine)!),
      replicatedProtectedItemName: machine.name,
    });
  }
}

function underSite(site: string, name: string): string {
  return site === name ? site : `${site}/${name}`;
}

/** Logical names in the Pulumi program: the kind in front, since names of different kinds may be the same. */
export const logicalNames = {
  storageAccount: (name: string) => `storage-account/${name}`,
  network: (name: string) => `network/${name}`,
  policy: (name: string) => `policy/${name}`,
  site: (name: string) => `site/${name}`,
  server: (name: string) => `server/${name}`,
  host: (name: string) => `host/${name}`,
  vcenter: (site: string, name: string) => `vcenter/${site}/${name}`,
  processServer: (site: string, name: string) => `process-server/${site}/${name}`,
  masterTarget: (site: string, name: string) => `master-target/${site}/${name}`,
  vmNetwork: (site: string, name: string) => `vm-network/${site}/${name}`,
  storageClassification: (site: string, name: string) => `storage-classification/${site}/${name}`,
  storageClassificationMapping: (site: string, name: string) =>
    `storage-classification-mapping/${site}/${name}`,
  networkPath: (site: string, name: string) => `network-path/${site}/${name}`,
  /** Of a cloud; of the one container of another site. */
  container: (site: string, name: string) => `container/${underSite(site, name)}`,
  containerMapping: (site: string, name: string) => `container-mapping/${underSite(site, name)}`,
  networkMapping: (site: string, network: string) => `network-mapping/${site}/${network}`,
  machine: (name: string) => `machine/${name}`,
  migrationMapping: (site: string) => `migration-mapping/${site}`,
  migration: (name: string) => `migration/${name}`,
  cluster: (name: string) => `cluster/${name}`,
  plan: (name: string) => `plan/${name}`,
  drill: (name: string) => `drill/${name}`,
};
