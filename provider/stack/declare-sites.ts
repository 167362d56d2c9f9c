/** Sites: fabric, hosts, the container of their machines, its policy, network mappings. */
import path from "node:path";
import { microsoftAzure } from "../kinds/kind.ts";
import type { IdentityProvider } from "../kinds/services-provider.ts";
import { projectFolder } from "../project-folder.ts";
import type { Declaration } from "./declaration.ts";
import type { StackFile } from "./read-stack.ts";
import type { StackSite } from "./stack-definition.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

/** The embedded engine has no directory of identities: every host registers with this one. */
const embeddedIdentity: IdentityProvider = {
  tenantId: "00000000-0000-0000-0000-000000000000",
  applicationId: "00000000-0000-0000-0000-000000000000",
  objectId: "00000000-0000-0000-0000-000000000000",
  audience: "https://siterecovery.embedded",
  aadAuthority: "https://login.siterecovery.embedded",
};

function declareHosts(stack: StackFile, ids: StackIds, site: StackSite): Declaration[] {
  return site.hosts.map(({ name, inventory }) => ({
    logicalName: logicalNames.host(name),
    kind: "services-provider",
    inputs: {
      ...ids.inSite(site),
      providerName: name,
      properties: {
        machineName: name,
        authenticationIdentityInput: embeddedIdentity,
        resourceAccessIdentityInput: embeddedIdentity,
      },
      // Written from the project's folder, so that another clone of the project shows no difference.
      inventoryFolder: path.relative(projectFolder(), path.resolve(path.dirname(stack.file), inventory)),
    },
    dependsOn: [logicalNames.site(site.name)],
  }));
}

function declareNetworkMappings(ids: StackIds, site: StackSite): Declaration[] {
  return (site.networkMappings ?? []).map(({ from, to }) => ({
    logicalName: logicalNames.networkMapping(site.name, from),
    kind: "network-mapping",
    inputs: {
      ...ids.inSite(site),
      networkName: from,
      networkMappingName: `${from}-to-${to}`,
      properties: { recoveryNetworkId: ids.network(to), recoveryFabricName: microsoftAzure },
    },
    dependsOn: [logicalNames.site(site.name), logicalNames.network(to)],
  }));
}

function declareSite(stack: StackFile, ids: StackIds, site: StackSite): Declaration[] {
  const fabric = logicalNames.site(site.name);
  const container = logicalNames.container(site.name);
  const { storageAccounts, networks } = stack.definition.azure;
  const networkMappings = declareNetworkMappings(ids, site);
  return [
    {
      logicalName: fabric,
      kind: "fabric",
      inputs: ids.inSite(site),
      dependsOn: [stack.definition.vault.name],
    },
    ...declareHosts(stack, ids, site),
    {
      logicalName: container,
      kind: "protection-container",
      inputs: ids.inContainer(site),
      dependsOn: [fabric],
    },
    ...networkMappings,
    {
      logicalName: logicalNames.containerMapping(site.name),
      kind: "container-mapping",
      inputs: {
        ...ids.inContainer(site),
        mappingName: `${site.name}-to-azure`,
        properties: { policyId: ids.policy(site.policy), targetProtectionContainerId: microsoftAzure },
      },
      dependsOn: [
        container,
        logicalNames.policy(site.policy),
        ...site.hosts.map((host) => logicalNames.host(host.name)),
        ...networkMappings.map((mapping) => mapping.logicalName),
        ...networks.map((network) => logicalNames.network(network.name)),
        ...storageAccounts.map((account) => logicalNames.storageAccount(account.name)),
      ],
    },
  ];
}

export function declareSites(stack: StackFile): Declaration[] {
  const ids = new StackIds(stack.definition);
  return stack.definition.sites.flatMap((site) => declareSite(stack, ids, site));
}
