/** Sites of a definition from fabrics and their parts. */
import type { StackCloud, StackHost, StackProcessServer, StackSite } from "../stack/stack-site.ts";
import { present, recordAt, textAt, type Values } from "./found-thing.ts";
import { networksOf } from "./convert-networks.ts";
import { isBaseClass } from "../kinds/base-class.ts";
import { isName, partOf, propertiesOf, referred, type ThingsOf } from "./things-of.ts";

/** Where a folder of a thing is, as the definition writes it; a placeholder where the source does not say. */
export type FolderOf = (folder: string | undefined, placeholder: string) => string;

interface Source {
  readonly things: ThingsOf;
  readonly folderOf: FolderOf;
  readonly site: string;
}

const kindOfType: Readonly<Record<string, StackSite["kind"]>> = { VMM: "vmm", VMware: "vmware" };

/** A fabric's type; a fabric that says nothing, or Azure's word for nothing, is a Hyper-V site. */
export function fabricTypeOf(fabric: Values): string {
  const type = textAt(recordAt(propertiesOf(fabric), "customDetails"), "instanceType");
  return type === undefined || isBaseClass(type) ? "HyperVSite" : type;
}

/** The policy that a mapping is of, when machines are migrated by it. */
function migrationPolicyOf(things: ThingsOf, mapping: Values): string | undefined {
  const name = referred(propertiesOf(mapping), "policyId");
  const policy = things.all("policy").find((inputs) => isName(things.nameOf("policy", inputs), name));
  const settings = recordAt(policy ? propertiesOf(policy) : {}, "providerSpecificInput");
  return settings["instanceType"] === "VMwareCbt" ? name : undefined;
}

function target(things: ThingsOf, site: string, container: string): Values | undefined {
  return things
    .all("container-mapping", site)
    .filter((mapping) => migrationPolicyOf(things, mapping) === undefined)
    .find((mapping) => isName(textAt(mapping, "protectionContainerName"), container));
}

/** The policy of a container, and where its machines go (`to`, absent for Azure). */
function mappingOf(
  things: ThingsOf,
  site: string,
  container: string,
): { policy?: string; to?: { site: string; cloud: string } } {
  const mapping = target(things, site, container);
  const properties = mapping === undefined ? {} : propertiesOf(mapping);
  const targetId = textAt(properties, "targetProtectionContainerId");
  const toSite = partOf(targetId, "replicationFabrics");
  const cloud = partOf(targetId, "replicationProtectionContainers");
  const policy = referred(properties, "policyId");
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(toSite === undefined || cloud === undefined ? {} : { to: { site: toSite, cloud } }),
  };
}

function processServer(inputs: Values, name: string, folderOf: FolderOf): StackProcessServer {
  const cache = textAt(inputs, "cacheFolder");
  return {
    name,
    ...(cache === undefined ? {} : { cache: folderOf(cache, "") }),
    ...present({ cacheLimitMebibytes: inputs["cacheLimitMebibytes"], bandwidth: inputs["bandwidth"] }),
  } as StackProcessServer;
}

export function processServersOf({ things, folderOf, site }: Source): {
  processServers?: StackProcessServer[];
} {
  const servers = things
    .all("process-server", site)
    .map((inputs) => processServer(inputs, things.nameOf("process-server", inputs), folderOf));
  return servers.length === 0 ? {} : { processServers: servers };
}

function cloudsOf({ things, folderOf, site }: Source): StackCloud[] {
  return things.all("protection-container", site).map((container) => {
    const name = things.nameOf("protection-container", container);
    const { policy, to } = mappingOf(things, site, name);
    const hosts = things
      .all("host", site)
      .filter((host) => isName(textAt(host, "protectionContainerName"), name));
    return {
      name,
      ...present({ azureContainer: things.azureNameOf(container) }),
      capabilityProfile: textAt(container, "capabilityProfile") ?? "Hyper-V",
      hosts: hosts.map((host): StackHost => {
        const hostName = things.nameOf("host", host);
        const agent = host["recoveryServicesAgentInstalled"];
        return {
          name: hostName,
          inventory: folderOf(textAt(host, "inventoryFolder"), hostName),
          ...(typeof agent === "boolean" ? { agent } : {}),
        };
      }),
      ...(policy === undefined ? {} : { policy }),
      ...(to === undefined ? {} : { target: to }),
    };
  });
}

function vmwareParts({ things, folderOf, site }: Source, server: Values | undefined): Partial<StackSite> {
  const vcenters = things.all("vcenter", site).map((inputs) => {
    const name = things.nameOf("vcenter", inputs);
    const properties = propertiesOf(inputs);
    return {
      name,
      inventory: folderOf(textAt(inputs, "inventoryFolder"), name),
      ...present({
        address: textAt(properties, "ipAddress"),
        port: textAt(properties, "port"),
        account: textAt(properties, "runAsAccountId"),
      }),
    };
  });
  const masterTargets = things.all("master-target", site).map((inputs) => {
    const name = things.nameOf("master-target", inputs);
    return { name, folder: folderOf(textAt(inputs, "storageFolder"), name) };
  });
  const { to } = mappingOf(things, site, site);
  const [migrationPolicy] = things
    .all("container-mapping", site)
    .flatMap((mapping) => migrationPolicyOf(things, mapping) ?? []);
  const physical = server && textAt(server, "inventoryFolder");
  const accounts = server?.["runAsAccounts"];
  return {
    ...(Array.isArray(accounts) ? { runAsAccounts: accounts as string[] } : {}),
    ...present({ vContinuumConsole: server && textAt(server, "vContinuumConsole") }),
    ...(physical === undefined ? {} : { physicalServers: folderOf(physical, "") }),
    ...(vcenters.length > 0 ? { vcenters } : {}),
    ...(masterTargets.length > 0 ? { masterTargets } : {}),
    ...(to === undefined ? {} : { target: to.site }),
    ...present({ migrationPolicy }),
  };
}

function storageOf({ things, folderOf, site }: Source): Partial<StackSite> {
  const mappings = things.all("storage-classification-mapping", site);
  const storageClassifications = things.all("storage-classification", site).map((inputs) => {
    const name = things.nameOf("storage-classification", inputs);
    const mapping = mappings.find((one) => isName(textAt(one, "storageClassificationName"), name));
    const targetId = mapping && textAt(propertiesOf(mapping), "targetStorageClassificationId");
    const to = partOf(targetId, "replicationFabrics");
    const classification = partOf(targetId, "replicationStorageClassifications");
    return {
      name,
      folder: folderOf(textAt(inputs, "folder"), name),
      ...(to === undefined || classification === undefined ? {} : { target: { site: to, classification } }),
    };
  });
  return storageClassifications.length === 0 ? {} : { storageClassifications };
}

export function siteFrom(fabric: Values, source: Source): StackSite {
  const { things, folderOf, site } = source;
  const kind = kindOfType[fabricTypeOf(fabric)];
  const registrations = things.all("services-provider", site);
  const [server] = kind === undefined ? [] : registrations;
  const { policy } = kind === "vmm" ? {} : mappingOf(things, site, site);
  // In other sites a registration is the server's.
  const hosts = (kind === undefined ? registrations : []).map((inputs) => {
    const name = things.nameOf("services-provider", inputs);
    return { name, inventory: folderOf(textAt(inputs, "inventoryFolder"), name) };
  });
  const [container] = kind === "vmm" ? [] : things.all("protection-container", site);
  const azureContainer = container && things.azureNameOf(container);
  return {
    name: site,
    ...(kind === undefined ? { hosts } : { kind }),
    ...present({ azureFabric: things.azureNameOf(fabric), azureContainer }),
    ...(server === undefined ? {} : { server: things.nameOf("services-provider", server) }),
    ...(policy === undefined ? {} : { policy }),
    ...(kind === "vmm" ? { clouds: cloudsOf(source) } : {}),
    ...(kind === "vmware" ? vmwareParts(source, server) : {}),
    ...processServersOf(source),
    ...storageOf(source),
    ...networksOf(things, site, kind === "vmm"),
  };
}

/** Fabrics that are sites: all but those of Azure itself. */
export function isSite(fabric: Values): boolean {
  return ["HyperVSite", "VMM", "VMware"].includes(fabricTypeOf(fabric));
}
