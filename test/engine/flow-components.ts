/** Declares the components of a flow's two sites, by the handlers. */
import { type FabricType, flows } from "../../provider/model/flows.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { PolicySettings } from "../../provider/kinds/policy.ts";
import { noOfficeHours } from "./fixture.ts";
import type { FlowSite } from "./flow-site.ts";

const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };
const group = { resourceGroupName: "dr" };
const vault = { ...group, resourceName: "dr-vault" };

const policies: Record<string, PolicySettings> = {
  InMageAzureV2: { instanceType: "InMageAzureV2", multiVmSyncStatus: "Enable" },
  HyperVReplicaAzure: { instanceType: "HyperVReplicaAzure" },
  InMage: { instanceType: "InMage", multiVmSyncStatus: "Enable" },
  HyperVReplica2012R2: { instanceType: "HyperVReplica2012R2", recoveryPoints: 4 },
  VMwareCbt: { instanceType: "VMwareCbt" },
};

/** What registers one more host of the primary site, by the sort of its fabric. */
export function vmHost(
  fabricType: FabricType,
  name: string,
  inventoryFolder: string,
): { kind: KindName; inputs: object } {
  const host = { ...vault, fabricName: "london", inventoryFolder };
  if (fabricType === "VMware") return { kind: "vcenter", inputs: { ...host, vcenterName: name } };
  if (fabricType === "VMM") {
    return { kind: "host", inputs: { ...host, hostName: name, protectionContainerName: "machines" } };
  }
  const properties = {
    machineName: name,
    authenticationIdentityInput: identity,
    resourceAccessIdentityInput: identity,
  };
  return { kind: "services-provider", inputs: { ...host, providerName: name, properties } };
}

export class FlowComponents {
  readonly #site: FlowSite;

  constructor(site: FlowSite) {
    this.#site = site;
  }

  async declareAll(): Promise<void> {
    await this.#declareAzure();
    const { fabricType } = flows[this.#site.flow];
    if (fabricType === "HyperVSite") await this.#declareHyperVSite();
    else if (fabricType === "VMM") await this.#declareVmm();
    else await this.#declareVmware();
  }

  async #declareAzure(): Promise<void> {
    await this.#site.declare("vault", "vault", { ...group, vaultName: "dr-vault" });
    const account = { ...group, accountName: "replicas", kind: "StorageV2", sku: { name: "Standard_LRS" } };
    await this.#site.declare("storage", "storage-account", { ...account, ...this.#site.account });
    await this.#site.declare("network", "virtual-network", { ...group, virtualNetworkName: "recovery-net" });
    await this.#site.declare("drill network", "virtual-network", {
      ...group,
      virtualNetworkName: "drill-net",
    });
    const settings = policies[flows[this.#site.flow].instanceType]!;
    const properties = { providerSpecificInput: settings };
    const policy = { ...vault, policyName: "five", officeHours: noOfficeHours, properties };
    await this.#site.declare("policy", "policy", policy);
  }

  async #declareSite(name: "london" | "paris", extra: object, server: object): Promise<void> {
    const { fabricType } = flows[this.#site.flow];
    const details = fabricType === "HyperVSite" ? {} : { customDetails: { instanceType: fabricType } };
    const site = { ...vault, fabricName: name };
    const second = name === "paris" ? "second " : "";
    await this.#site.declare(`${second}fabric`, "fabric", { ...site, properties: details });
    const properties = {
      machineName: `${name}-server`,
      authenticationIdentityInput: identity,
      resourceAccessIdentityInput: identity,
    };
    const what = { HyperVSite: "host", VMM: "VMM server", VMware: "configuration server" }[fabricType];
    const registration = { ...site, providerName: `${name}-server`, properties, ...server };
    await this.#site.declare(`${second}${what}`, "services-provider", registration);
    const container = { ...site, protectionContainerName: "machines", ...extra };
    await this.#site.declare(`${second}container`, "protection-container", container);
  }

  async #mapContainer(target: string | undefined): Promise<void> {
    await this.#site.declare("mapping", "container-mapping", {
      ...vault,
      fabricName: "london",
      protectionContainerName: "machines",
      mappingName: "map",
      properties: {
        policyId: this.#site.ids.get("policy"),
        ...(target === undefined ? {} : { targetProtectionContainerId: target }),
      },
    });
  }

  async #mapNetwork(recoveryNetworkId: string, recoveryFabricName: string): Promise<void> {
    const mapping = { networkName: "production", networkMappingName: "map" };
    const properties = { recoveryNetworkId, recoveryFabricName };
    await this.#site.declare("network mapping", "network-mapping", {
      ...vault,
      fabricName: "london",
      ...mapping,
      properties,
    });
  }

  async #declareHyperVSite(): Promise<void> {
    await this.#declareSite(
      "london",
      {},
      { inventoryFolder: this.#site.inventory ?? this.#site.at("london", "hv1") },
    );
    await this.#mapContainer(undefined);
    await this.#mapNetwork(this.#site.ids.get("network")!, "Microsoft Azure");
  }

  async #declareVmm(): Promise<void> {
    const sites =
      flows[this.#site.flow].recoverySide === "fabric"
        ? (["london", "paris"] as const)
        : (["london"] as const);
    for (const name of sites) {
      const second = name === "paris" ? "second " : "";
      await this.#declareSite(name, { capabilityProfile: "Hyper-V" }, {});
      const site = { ...vault, fabricName: name };
      await this.#site.declare(`${second}host`, "host", {
        ...site,
        hostName: "hv1",
        protectionContainerName: "machines",
        inventoryFolder: this.#site.at(name, "hv1"),
      });
      const network = {
        networkName: "production",
        logicalNetworkName: "lan",
        protectionContainerName: "machines",
      };
      await this.#site.declare(`${second}VM network`, "vm-network", { ...site, ...network });
    }
    const target = this.#site.ids.get("second container");
    await this.#mapContainer(target);
    if (target === undefined) await this.#mapNetwork(this.#site.ids.get("network")!, "Microsoft Azure");
    else await this.#mapNetwork(this.#site.ids.get("second VM network")!, "paris");
  }

  async #declareVmware(): Promise<void> {
    const inventoryFolder = this.#site.at("london", "servers");
    await this.#declareSite("london", {}, { inventoryFolder, runAsAccounts: ["vcenter"] });
    const london = { ...vault, fabricName: "london" };
    const vcenter = (site: "london" | "paris"): object => ({
      ...vault,
      fabricName: site,
      vcenterName: "vcenter",
      inventoryFolder:
        (site === "london" ? this.#site.inventory : undefined) ?? this.#site.at(site, "vcenter"),
    });
    await this.#site.declare("vCenter", "vcenter", vcenter("london"));
    if (flows[this.#site.flow].recoverySide === "azure") {
      const azure = { ...vault, fabricName: "westeurope" };
      const customDetails = { instanceType: "Azure", location: "westeurope" };
      await this.#site.declare("Azure fabric", "fabric", { ...azure, properties: { customDetails } });
      await this.#site.declare("Azure process server", "process-server", {
        ...azure,
        processServerName: "ps",
      });
      const failback = { networkPathName: "vpn", purpose: "failback", connection: "SiteToSiteVpn" };
      await this.#site.declare("failback path", "network-path", { ...london, ...failback });
      await this.#mapContainer(undefined);
      return;
    }
    await this.#declareSite("paris", {}, {});
    await this.#site.declare("second vCenter", "vcenter", vcenter("paris"));
    await this.#site.declare("second master target", "master-target", {
      ...vault,
      fabricName: "paris",
      masterTargetName: "mt",
      storageFolder: this.#site.at("paris", "retention"),
    });
    await this.#mapContainer(this.#site.ids.get("second container"));
  }
}
