/** An engine with a site of one machine in a temporary folder, for tests of the control plane without Pulumi. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import type { Clock } from "../../provider/clock.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { ProtectedItemInputs } from "../../provider/kinds/protected-item.ts";
import { machineDefinition } from "../machine-definition.ts";

export const quiet = { report: (): void => undefined };

/** So that a test does the same at each hour: comparisons of whole disks wait for the end of office hours. */
export const noOfficeHours = { days: [] };

const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };
const group = { resourceGroupName: "dr" };
const vault = { ...group, resourceName: "dr-vault" };
const site = { ...vault, fabricName: "london" };
const container = { ...site, protectionContainerName: "machines" };

export class Site {
  readonly folder: string;
  readonly engine: Engine;
  readonly item: ProtectedItemInputs;
  readonly ids: Readonly<Record<"storage" | "network" | "drillNetwork" | "container" | "policy", string>>;

  private constructor(folder: string, engine: Engine, ids: Site["ids"]) {
    this.folder = folder;
    this.engine = engine;
    this.ids = ids;
    this.item = {
      ...container,
      replicatedProtectedItemName: "web1",
      properties: {
        policyId: ids.policy,
        protectableItemId: `${ids.container}/replicationProtectableItems/web1`,
        providerSpecificDetails: { instanceType: "HyperVReplicaAzure", targetStorageAccountId: ids.storage },
      },
    };
  }

  static async make(
    options: {
      clock?: Clock;
      machine?: object;
      content?: Buffer;
      homeName?: string;
      account?: object;
      folder?: string;
    } = {},
  ): Promise<Site> {
    const folder = options.folder ?? fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-site-"));
    const machine = path.join(folder, "hv1", "web1");
    fs.mkdirSync(machine, { recursive: true });
    fs.writeFileSync(path.join(machine, "os.img"), options.content ?? Buffer.alloc(512 * 1024, "data "));
    const definition = machineDefinition("web1", ["os"], options.machine);
    fs.writeFileSync(path.join(machine, "machine.yaml"), stringify(definition));
    const home = path.join(folder, options.homeName ?? "home");
    const engine = await openEngine({ home, ...(options.clock ? { clock: options.clock } : {}) });
    return new Site(folder, engine, await Site.#declare(engine, path.join(folder, "hv1"), options.account));
  }

  static async #declare(engine: Engine, inventoryFolder: string, place: object = {}): Promise<Site["ids"]> {
    const make = async (kind: KindName, inputs: object): Promise<string> =>
      (await handlerOf(kind, engine).create(inputs, quiet)).id;
    await make("vault", { ...group, vaultName: "dr-vault" });
    const account = { ...group, accountName: "replicas", kind: "StorageV2", sku: { name: "Standard_LRS" } };
    const storage = await make("storage-account", { ...account, ...place });
    const network = await make("virtual-network", { ...group, virtualNetworkName: "recovery-net" });
    const drillNetwork = await make("virtual-network", { ...group, virtualNetworkName: "drill-net" });
    await make("fabric", site);
    const properties = {
      machineName: "hv1",
      authenticationIdentityInput: identity,
      resourceAccessIdentityInput: identity,
    };
    await make("services-provider", { ...site, providerName: "hv1", properties, inventoryFolder });
    const containerId = await make("protection-container", container);
    const policy = await make("policy", {
      ...vault,
      policyName: "five",
      officeHours: noOfficeHours,
      properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } },
    });
    await make("container-mapping", { ...container, mappingName: "map", properties: { policyId: policy } });
    const mapping = { networkName: "production", networkMappingName: "map" };
    await make("network-mapping", { ...site, ...mapping, properties: { recoveryNetworkId: network } });
    return { storage, network, drillNetwork, container: containerId, policy };
  }

  get itemId(): string {
    return `${this.ids.container}/replicationProtectedItems/web1`;
  }

  /** The image at the primary side. */
  get image(): string {
    return path.join(this.folder, "hv1", "web1", "os.img");
  }

  /** The image at the recovery side. */
  get replica(): string {
    return path.join(this.folder, "home", "azure", "dr", "web1", "os.img");
  }

  power(side: "primary" | "recovery"): string {
    const folder = path.dirname(side === "primary" ? this.image : this.replica);
    const file = path.join(folder, "power-state");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "running";
  }

  protect(): Promise<unknown> {
    return handlerOf("protected-item", this.engine).create(this.item, quiet);
  }

  remove(): void {
    this.engine.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

export function hashOf(file: string): string {
  return createHash("sha256").update(fs.readFileSync(file)).digest("hex");
}
