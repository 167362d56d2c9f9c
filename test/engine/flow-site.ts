/**
 * Two sites in a temporary folder and a machine that one of the six flows protects, for tests of the control plane:
 * the components of the flow, as its row asks for them, and one machine `web1` with an OS disk.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { type Clock, systemClock } from "../../provider/clock.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { type FlowId, flows } from "../../provider/model/flows.ts";
import type { ProtectedItem } from "../../provider/model/item.ts";
import type { Random } from "../../provider/random.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import type { StorageAccountInputs } from "../../provider/kinds/storage-account.ts";
import type { ProtectedItemInputs, ProtectionSettings } from "../../provider/kinds/protected-item.ts";
import { machineDefinition } from "../machine-definition.ts";
import { hashOf, noOfficeHours, quiet } from "./fixture.ts";
import { FlowComponents } from "./flow-components.ts";

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
/** Where each platform's machines are, below a site's folder. */
const inventories = { vmware: "vcenter", physical: "servers", "hyper-v": "hv1" } as const;

export interface FlowSiteOptions {
  readonly flow: FlowId;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly content?: Buffer;
  /** Names of machines; each gets the same content. Default `["web1"]`. */
  readonly machines?: readonly string[];
  /** Kinds of components to leave out, for refusals. */
  readonly without?: readonly string[];
  readonly machine?: object;
  /** Where the machines of the first Hyper-V site or vCenter server are, in place of a folder. */
  readonly inventory?: string;
  /** More arguments of the storage account. */
  readonly account?: Partial<StorageAccountInputs>;
  /** Opens the engine of the home, in place of one with real drivers and the given clock and chance. */
  readonly open?: (home: string) => Promise<Engine>;
}

export class FlowSite {
  readonly folder: string;
  #engine: Engine;
  readonly flow: FlowId;
  readonly clock: Clock;
  readonly account: Partial<StorageAccountInputs>;
  readonly inventory: string | undefined;
  readonly ids = new Map<string, string>();
  readonly #without: ReadonlySet<string>;

  private constructor(folder: string, engine: Engine, options: FlowSiteOptions) {
    this.folder = folder;
    this.#engine = engine;
    this.flow = options.flow;
    this.clock = options.clock ?? systemClock;
    this.account = options.account ?? {};
    this.inventory = options.inventory;
    this.#without = new Set(options.without);
  }

  static async make(options: FlowSiteOptions): Promise<FlowSite> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-flow-"));
    const home = path.join(folder, "home");
    const ports = {
      ...(options.clock ? { clock: options.clock } : {}),
      ...(options.random ? { random: options.random } : {}),
    };
    const engine = await (options.open?.(home) ?? openEngine({ home, ...ports }));
    const site = new FlowSite(folder, engine, options);
    for (const name of options.machines ?? ["web1"]) site.#makeMachine(name, options);
    try {
      await new FlowComponents(site).declareAll();
      return site;
    } catch (error) {
      site.remove();
      throw error;
    }
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** Goes on with an engine that another process has opened on the same home. */
  useEngine(engine: Engine): void {
    this.#engine = engine;
  }

  /** Puts a component in place by its handler, unless the test leaves it out. */
  async declare(name: string, kind: KindName, inputs: object): Promise<string> {
    if (this.#without.has(name)) return "";
    const { id } = await handlerOf(kind, this.engine).create(inputs, quiet);
    this.ids.set(name, id);
    return id;
  }

  /** A folder of the primary or the second site. */
  at(site: "london" | "paris", ...parts: string[]): string {
    const folder = path.join(this.folder, site, ...parts);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }

  itemId(machine = "web1"): string {
    return `${this.ids.get("container")}/replicationProtectedItems/${machine}`;
  }

  item(machine = "web1"): ProtectedItem {
    return this.engine.findItem(this.itemId(machine))!;
  }

  inputs(machine = "web1"): ProtectedItemInputs {
    const settings = this.#settings();
    return {
      ...vault,
      fabricName: "london",
      protectionContainerName: "machines",
      replicatedProtectedItemName: machine,
      properties: {
        policyId: this.ids.get("policy") ?? "",
        protectableItemId: `${this.ids.get("container")}/replicationProtectableItems/${machine}`,
        ...(settings ? { providerSpecificDetails: settings } : {}),
      },
    };
  }

  /** Changes the policy that protects the machines: its provider-specific settings, and arguments beside them. */
  async changePolicy(settings: object, beside: object = {}): Promise<void> {
    const wanted = {
      ...vault,
      policyName: "five",
      officeHours: noOfficeHours,
      properties: { providerSpecificInput: settings },
      ...beside,
    };
    await handlerOf("policy", this.engine).update(this.ids.get("policy")!, wanted, wanted, quiet);
  }

  protect(machine = "web1", change: Partial<ProtectedItemInputs> = {}): Promise<unknown> {
    return handlerOf("protected-item", this.engine).create({ ...this.inputs(machine), ...change }, quiet);
  }

  /** The image at the primary side; a server that failed back is on VMware. */
  image(machine = "web1"): string {
    const { platform } = flows[this.engine.findItem(this.itemId(machine))?.details.flow ?? this.flow];
    return path.join(this.folder, "london", inventories[platform], machine, "os.img");
  }

  /** The image at the recovery side, after a failover. */
  replica(machine = "web1"): string {
    return path.join(this.item(machine).details.recoveryMachine!.folder, "os.img");
  }

  power(image: string): string {
    const file = path.join(path.dirname(image), "power-state");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "running";
  }

  hash(image: string): string {
    return hashOf(image);
  }

  remove(): void {
    this.engine.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  #makeMachine(name: string, options: FlowSiteOptions): void {
    const { platform, needsMobilityService } = flows[options.flow];
    const folder = this.at("london", inventories[platform], name);
    fs.writeFileSync(path.join(folder, "os.img"), options.content ?? Buffer.alloc(512 * 1024, "data "));
    const service = needsMobilityService ? { mobilityService: { version: "9.62" } } : {};
    const definition = machineDefinition(name, ["os"], { ...service, ...options.machine });
    fs.writeFileSync(path.join(folder, "machine.yaml"), stringify(definition));
  }

  #settings(): ProtectionSettings | undefined {
    const { instanceType } = flows[this.flow];
    const masterTargetId = this.ids.get("second master target") ?? "";
    if (instanceType === "HyperVReplicaAzure") {
      return { instanceType, targetStorageAccountId: this.ids.get("storage") ?? "" };
    }
    if (instanceType === "InMageAzureV2") {
      return {
        instanceType,
        storageAccountId: this.ids.get("storage") ?? "",
        targetAzureNetworkId: this.ids.get("network") ?? "",
      };
    }
    if (instanceType !== "InMage") return undefined;
    const group = { multiVmGroupId: "", multiVmGroupName: "" };
    const processServerId = this.ids.get("configuration server") ?? "";
    return { instanceType, masterTargetId, processServerId, retentionDrive: "R", ...group };
  }
}
