/** Sites: fabrics with their parts, then what joins them to Azure and to each other. */
import type { FabricInputs } from "../kinds/fabric.ts";
import { microsoftAzure } from "../kinds/kind.ts";
import type { Declaration } from "./declaration.ts";
import { declareComponents, type InSite } from "./declare-components.ts";
import { declareAzureFabric } from "./declare-process-servers.ts";
import { declareNetworkPaths } from "./declare-network-paths.ts";
import type { StackFile } from "./stack-file.ts";
import { containersOf, kindOf } from "./site-parts.ts";
import type { SiteKind, StackSite } from "./stack-site.ts";
import { logicalNames, StackIds } from "./stack-ids.ts";

/** What a kind of site is called in Azure; a fabric without details is a Hyper-V site. */
const detailsOf: Record<SiteKind, FabricInputs["properties"]> = {
  hyperv: undefined,
  vmm: { customDetails: { instanceType: "VMM" } },
  vmware: { customDetails: { instanceType: "VMware" } },
};

function declareFabric({ stack, ids, site }: InSite): Declaration {
  const properties = detailsOf[kindOf(site)];
  return {
    logicalName: logicalNames.site(site.name),
    kind: "fabric",
    inputs: { ...ids.inSite(site), ...(properties === undefined ? {} : { properties }) },
    dependsOn: [stack.definition.vault.name],
  };
}

/**
 * Machines of a VMware site take their virtual network from their own settings: it has no mapping to Azure. In Azure
 * itself, as against the engine, a Hyper-V site has none either.
 */
function declareNetworkMappings({ stack, ids, site }: InSite): Declaration[] {
  const isWithout =
    kindOf(site) === "vmware" || (stack.definition.target === "azure" && kindOf(site) === "hyperv");
  const mappings = (site.networkMappings ?? []).filter((mapping) => !isWithout || mapping.site !== undefined);
  return mappings.map(({ from, to, site: end }) => {
    const isVmm = kindOf(site) === "vmm";
    const recoveryNetworkId = end === undefined ? ids.network(to) : ids.vmNetwork(ids.siteNamed(end), to);
    const instanceType = end === undefined ? "VmmToAzure" : "VmmToVmm";
    const isDeclared = (site.networks ?? []).some(({ name }) => name === from);
    return {
      logicalName: logicalNames.networkMapping(site.name, from),
      kind: "network-mapping",
      inputs: {
        ...ids.inSite(site),
        networkName: from,
        networkMappingName: `${from}-to-${to}`,
        properties: {
          recoveryNetworkId,
          recoveryFabricName: end ?? microsoftAzure,
          ...(isVmm ? { fabricSpecificDetails: { instanceType } } : {}),
        },
      },
      dependsOn: [
        isDeclared ? logicalNames.vmNetwork(site.name, from) : logicalNames.site(site.name),
        end === undefined ? logicalNames.network(to) : logicalNames.vmNetwork(end, to),
      ],
    };
  });
}

function declareStorageMappings({ ids, site }: InSite): Declaration[] {
  return (site.storageClassifications ?? []).flatMap(({ name, target }): Declaration[] => {
    if (target === undefined) return [];
    const targetId = ids.storageClassification(ids.siteNamed(target.site), target.classification);
    return [
      {
        logicalName: logicalNames.storageClassificationMapping(site.name, name),
        kind: "storage-classification-mapping",
        inputs: {
          ...ids.inSite(site),
          storageClassificationName: name,
          storageClassificationMappingName: `${name}-to-${target.site}`,
          properties: { targetStorageClassificationId: targetId },
        },
        dependsOn: [
          logicalNames.storageClassification(site.name, name),
          logicalNames.storageClassification(target.site, target.classification),
        ],
      },
    ];
  });
}

/** A mapping of a container is last: what its machines need is in place when the mapping is. */
function declareContainerMapping(
  { stack, ids, site }: InSite,
  mapping: { logicalName: string; container: string; mappingName: string; policy: string; targetId: string },
  before: readonly Declaration[],
): Declaration {
  const { storageAccounts, networks } = stack.definition.azure;
  const { logicalName, container, mappingName, policy, targetId } = mapping;
  return {
    logicalName,
    kind: "container-mapping",
    inputs: {
      ...ids.inSite(site),
      protectionContainerName: container,
      mappingName,
      properties: { policyId: ids.policy(policy), targetProtectionContainerId: targetId },
    },
    dependsOn: [
      logicalNames.policy(policy),
      ...before.map(({ logicalName }) => logicalName),
      ...networks.map((network) => logicalNames.network(network.name)),
      ...storageAccounts.map((account) => logicalNames.storageAccount(account.name)),
    ],
  };
}

/** One for the machines that are protected, one for those that are migrated. */
function declareContainerMappings(inSite: InSite, before: readonly Declaration[]): Declaration[] {
  const { ids, site } = inSite;
  const ofMachines = containersOf(site).flatMap(({ name: container, policy, target }): Declaration[] => {
    if (policy === undefined) return [];
    const logicalName = logicalNames.containerMapping(site.name, container);
    const mappingName = `${container}-to-${target === undefined ? "azure" : target.site}`;
    const targetId = target ? ids.container(ids.siteNamed(target.site), target.container) : microsoftAzure;
    return [
      declareContainerMapping(inSite, { logicalName, container, mappingName, policy, targetId }, before),
    ];
  });
  const policy = site.migrationPolicy;
  if (policy === undefined) return ofMachines;
  const mapping = {
    logicalName: logicalNames.migrationMapping(site.name),
    container: site.name,
    mappingName: `${site.name}-migrations`,
    policy,
    targetId: microsoftAzure,
  };
  return [...ofMachines, declareContainerMapping(inSite, mapping, before)];
}

export function declareSites(stack: StackFile): Declaration[] {
  const ids = new StackIds(stack.definition);
  const all = stack.definition.sites.map((site): InSite => ({ stack, ids, site }));
  // In Azure itself a process server there is a machine of Azure's, which is not declared here.
  const inAzure = stack.definition.target === "azure" ? [] : declareAzureFabric(stack, ids);
  const fabrics = all.map(declareFabric);
  const components = new Map(all.map((inSite) => [inSite.site, declareComponents(inSite)]));
  const links = new Map(
    all.map((inSite) => [
      inSite.site,
      [
        ...declareNetworkPaths(ids, inSite.site),
        ...declareNetworkMappings(inSite),
        ...declareStorageMappings(inSite),
      ],
    ]),
  );
  /** Of a site and of those that its machines replicate to. */
  const before = (site: StackSite): Declaration[] => {
    const targets = containersOf(site).flatMap(({ target }) => (target ? ids.siteNamed(target.site) : []));
    const others = [...new Set(targets)].filter((other) => other !== site);
    const ofOthers = others.flatMap((other) => components.get(other)!);
    return [...inAzure, ...components.get(site)!, ...links.get(site)!, ...ofOthers];
  };
  return [
    ...inAzure,
    ...fabrics,
    ...[...components.values()].flat(),
    ...[...links.values()].flat(),
    ...all.flatMap((inSite) => declareContainerMappings(inSite, before(inSite.site))),
  ];
}
