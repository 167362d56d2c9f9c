/** What a site has: servers and hosts, containers, networks, storage. */
import type { IdentityProvider } from "../kinds/services-provider.ts";
import type { Declaration } from "./declaration.ts";
import { declareProcessServers } from "./declare-process-servers.ts";
import { folderFrom, type StackFile } from "./stack-file.ts";
import { containersOf, kindOf, type SiteContainer } from "./site-parts.ts";
import type { StackHost, StackSite } from "./stack-site.ts";
import type { StackIds } from "./stack-ids.ts";
import { logicalNames } from "./stack-ids.ts";

/** The embedded engine has no directory of identities: everything registers with this one. */
const embeddedIdentity: IdentityProvider = {
  tenantId: "00000000-0000-0000-0000-000000000000",
  applicationId: "00000000-0000-0000-0000-000000000000",
  objectId: "00000000-0000-0000-0000-000000000000",
  audience: "https://siterecovery.embedded",
  aadAuthority: "https://login.siterecovery.embedded",
};

export interface InSite {
  readonly stack: StackFile;
  readonly ids: StackIds;
  readonly site: StackSite;
}

function registration(name: string): object {
  return {
    providerName: name,
    properties: {
      machineName: name,
      authenticationIdentityInput: embeddedIdentity,
      resourceAccessIdentityInput: embeddedIdentity,
    },
  };
}

/** The VMM server or the configuration server; a Hyper-V site has none. */
function declareServer({ stack, ids, site }: InSite): Declaration[] {
  if (site.server === undefined) return [];
  const { runAsAccounts, physicalServers, vContinuumConsole } = site;
  return [
    {
      logicalName: logicalNames.server(site.server),
      kind: "services-provider",
      inputs: {
        ...ids.inSite(site),
        ...registration(site.server),
        ...(runAsAccounts === undefined ? {} : { runAsAccounts: [...runAsAccounts] }),
        ...(vContinuumConsole === undefined ? {} : { vContinuumConsole }),
        ...(physicalServers === undefined ? {} : { inventoryFolder: folderFrom(stack, physicalServers) }),
      },
      dependsOn: [logicalNames.site(site.name)],
    },
  ];
}

function declareHost({ stack, ids, site }: InSite, container: SiteContainer, host: StackHost): Declaration {
  const inventoryFolder = folderFrom(stack, host.inventory);
  const logicalName = logicalNames.host(host.name);
  if (kindOf(site) === "hyperv") {
    return {
      logicalName,
      kind: "services-provider",
      inputs: { ...ids.inSite(site), ...registration(host.name), inventoryFolder },
      dependsOn: [logicalNames.site(site.name)],
    };
  }
  return {
    logicalName,
    kind: "host",
    inputs: {
      ...ids.inContainer(site, container),
      hostName: host.name,
      inventoryFolder,
      ...(host.agent === undefined ? {} : { recoveryServicesAgentInstalled: host.agent }),
    },
    dependsOn: [
      logicalNames.container(site.name, container.name),
      ...(site.server === undefined ? [] : [logicalNames.server(site.server)]),
    ],
  };
}

/** Containers with their hosts. */
function declareContainers(inSite: InSite): Declaration[] {
  const { ids, site } = inSite;
  return containersOf(site).flatMap((container): Declaration[] => [
    {
      logicalName: logicalNames.container(site.name, container.name),
      kind: "protection-container",
      inputs: {
        ...ids.inContainer(site, container),
        ...(container.capabilityProfile === undefined
          ? {}
          : { capabilityProfile: container.capabilityProfile }),
      },
      dependsOn: [logicalNames.site(site.name)],
    },
    ...container.hosts.map((host) => declareHost(inSite, container, host)),
  ]);
}

function declareVmwareParts({ stack, ids, site }: InSite): Declaration[] {
  const vcenters = (site.vcenters ?? []).map(({ name, inventory, ...settings }): Declaration => ({
    logicalName: logicalNames.vcenter(site.name, name),
    kind: "vcenter",
    inputs: {
      ...ids.inSite(site),
      vcenterName: name,
      properties: {
        friendlyName: name,
        ...(settings.address === undefined ? {} : { ipAddress: settings.address }),
        ...(settings.port === undefined ? {} : { port: settings.port }),
        ...(settings.account === undefined ? {} : { runAsAccountId: settings.account }),
      },
      inventoryFolder: folderFrom(stack, inventory),
    },
    dependsOn: [logicalNames.server(site.server!)],
  }));
  const masterTargets = (site.masterTargets ?? []).map(({ name, folder }): Declaration => ({
    logicalName: logicalNames.masterTarget(site.name, name),
    kind: "master-target",
    inputs: { ...ids.inSite(site), masterTargetName: name, storageFolder: folderFrom(stack, folder) },
    dependsOn: [logicalNames.server(site.server!)],
  }));
  return [...vcenters, ...masterTargets];
}

function declareNetworks({ ids, site }: InSite): Declaration[] {
  return (site.networks ?? []).map(({ name, logicalNetwork, cloud }) => {
    const linked = kindOf(site) === "vmm" ? (cloud ?? site.clouds![0]!.name) : undefined;
    return {
      logicalName: logicalNames.vmNetwork(site.name, name),
      kind: "vm-network",
      inputs: {
        ...ids.inSite(site),
        networkName: name,
        ...(logicalNetwork === undefined ? {} : { logicalNetworkName: logicalNetwork }),
        ...(linked === undefined ? {} : { protectionContainerName: linked }),
      },
      dependsOn: [
        linked === undefined ? logicalNames.site(site.name) : logicalNames.container(site.name, linked),
      ],
    };
  });
}

function declareStorage({ stack, ids, site }: InSite): Declaration[] {
  return (site.storageClassifications ?? []).map(({ name, folder }) => ({
    logicalName: logicalNames.storageClassification(site.name, name),
    kind: "storage-classification",
    inputs: { ...ids.inSite(site), storageClassificationName: name, folder: folderFrom(stack, folder) },
    dependsOn: [logicalNames.site(site.name)],
  }));
}

/** All that a site has besides its machines. */
export function declareComponents(inSite: InSite): Declaration[] {
  return [
    ...declareServer(inSite),
    ...declareContainers(inSite),
    ...declareProcessServers(inSite.stack, inSite.ids.inSite(inSite.site), inSite.site.processServers),
    ...declareVmwareParts(inSite),
    ...declareNetworks(inSite),
    ...declareStorage(inSite),
  ];
}
