/** The ids and parent arguments that names of a definition stand for. */
import { armIdOf } from "../arm-id.ts";
import { fabricKind } from "../kinds/fabric.ts";
import { policyKind } from "../kinds/policy.ts";
import { protectedItemKind } from "../kinds/protected-item.ts";
import { protectionContainerKind } from "../kinds/protection-container.ts";
import { storageAccountKind } from "../kinds/storage-account.ts";
import { virtualNetworkKind } from "../kinds/virtual-network.ts";
import { siteOf } from "./site-of.ts";
import type { StackDefinition, StackMachine, StackSite } from "./stack-definition.ts";

export class StackIds {
  readonly #stack: StackDefinition;

  constructor(stack: StackDefinition) {
    this.#stack = stack;
  }

  get inGroup(): { resourceGroupName: string; location?: string } {
    const { resourceGroup, location } = this.#stack;
    return { resourceGroupName: resourceGroup, ...(location === undefined ? {} : { location }) };
  }

  get inVault(): { resourceGroupName: string; resourceName: string } {
    return { resourceGroupName: this.#stack.resourceGroup, resourceName: this.#stack.vault.name };
  }

  inSite(site: StackSite): { resourceGroupName: string; resourceName: string; fabricName: string } {
    return { ...this.inVault, fabricName: site.name };
  }

  /** A site's machines form one container, under the site's own name. */
  inContainer(site: StackSite): ReturnType<StackIds["inSite"]> & { protectionContainerName: string } {
    return { ...this.inSite(site), protectionContainerName: site.name };
  }

  fabric(site: StackSite): string {
    return armIdOf(fabricKind, this.inSite(site));
  }

  container(site: StackSite): string {
    return armIdOf(protectionContainerKind, this.inContainer(site));
  }

  policy(policyName: string): string {
    return armIdOf(policyKind, { ...this.inVault, policyName });
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
      ...this.inContainer(site),
      replicatedProtectedItemName: machine.name,
    });
  }
}

/** Logical names in the Pulumi program: the kind in front, since names of different kinds may be the same. */
export const logicalNames = {
  storageAccount: (name: string) => `storage-account/${name}`,
  network: (name: string) => `network/${name}`,
  policy: (name: string) => `policy/${name}`,
  site: (name: string) => `site/${name}`,
  host: (name: string) => `host/${name}`,
  container: (name: string) => `container/${name}`,
  containerMapping: (name: string) => `container-mapping/${name}`,
  networkMapping: (site: string, network: string) => `network-mapping/${site}/${network}`,
  machine: (name: string) => `machine/${name}`,
  plan: (name: string) => `plan/${name}`,
  drill: (name: string) => `drill/${name}`,
};
