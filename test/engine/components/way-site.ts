/** A site of one flow with process servers of its own at every side, and the steps of its machine, for the table of ways. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { FlowId } from "../../../provider/model/flows.ts";
import { flows } from "../../../provider/model/flows.ts";
import type { ProtectedItem } from "../../../provider/model/item.ts";
import type { PlanRequest } from "../../../provider/engine/recovery-plan/recovery-plans.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../../provider/kinds/protected-item.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { migrationOf } from "../../handlers/migration-of.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

const block = 65_536;
export const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };

/** Where data goes in a step: to the recovery side, back from there, or nowhere: it is at the recovery side already. */
export type Way = "out" | "back" | "none";

export class WaySite {
  readonly site: FlowSite;
  readonly flow: FlowId;
  /** Caches of the process servers that serve the way out and the way back, where they are declared. */
  readonly caches: { readonly out: string; readonly back: string };
  #server: string | undefined;
  #planId: string | undefined;

  private constructor(site: FlowSite) {
    this.site = site;
    this.flow = site.flow;
    const folder = (name: string): string => path.join(site.folder, "caches", name);
    this.caches = { out: folder("out"), back: folder("back") };
  }

  static async make(flow: FlowId): Promise<WaySite> {
    const ways = new WaySite(await FlowSite.make({ flow, content: randomBytes(4 * block) }));
    for (const cache of Object.values(ways.caches)) fs.mkdirSync(cache, { recursive: true });
    await ways.#declareServers();
    return ways;
  }

  async #declareServers(): Promise<void> {
    const { site, caches } = this;
    const declare = async (fabricName: string, cacheFolder: string): Promise<string> => {
      const inputs = { ...vault, fabricName, processServerName: `${fabricName}-ps`, cacheFolder };
      return (await handlerOf("process-server", site.engine).create(inputs, quiet)).id;
    };
    this.#server = await declare("london", caches.out);
    if (flows[site.flow].recoverySide === "fabric") await declare("paris", caches.back);
    const azure = site.ids.get("Azure process server");
    if (azure === undefined) return;
    const inputs = { ...vault, fabricName: "westeurope", processServerName: "ps" };
    const wanted = { ...inputs, cacheFolder: caches.back };
    await handlerOf("process-server", site.engine).update(azure, inputs, wanted, quiet);
  }

  get id(): string {
    return this.flow === "M1"
      ? `${this.site.ids.get("container")}/replicationMigrationItems/web1`
      : this.site.itemId();
  }

  item(): ProtectedItem | undefined {
    return this.site.engine.findItem(this.id);
  }

  /** The image at the recovery side. */
  replica(): string {
    return path.join(this.item()!.details.recoveryMachine!.folder, "os.img");
  }

  protect(): Promise<unknown> {
    const { site } = this;
    if (this.flow === "M1") return handlerOf("migration-item", site.engine).create(migrationOf(site), quiet);
    const { properties } = site.inputs();
    const settings = properties?.providerSpecificDetails;
    if (settings?.instanceType.startsWith("InMage") !== true) {
      return site.protect("web1", { processServerId: this.#server! });
    }
    const details = { ...settings, processServerId: this.#server! };
    return site.protect("web1", {
      properties: { ...properties, providerSpecificDetails: details } as ProtectedItemInputs["properties"] &
        object,
    });
  }

  async write(image: string): Promise<void> {
    const disk = await openTrackedDisk(image);
    await disk.write(randomBytes(block), 2 * block);
    await disk.flush();
    await disk.close();
  }

  failOver(kind: "planned" | "unplanned"): Promise<void> {
    return this.site.engine.moves.failover(this.id, { kind, recoveryPoint: "latest" }, quiet);
  }

  replicate(mode?: "resync"): Promise<unknown> {
    return this.site.engine.replicate(this.id, quiet, mode);
  }

  get #drill(): { drillName: string; protectedItemId: string; networkId: string } & typeof vault {
    const networkId = this.site.ids.get("drill VM network") ?? this.site.ids.get("drill network")!;
    return { ...vault, drillName: "friday", protectedItemId: this.id, networkId };
  }

  /** A network of the second site that no machine fails over to. */
  async declareDrillNetwork(): Promise<void> {
    if (this.flow !== "S6") return;
    const lab = { networkName: "lab", logicalNetworkName: "lab", protectionContainerName: "machines" };
    await this.site.declare("drill VM network", "vm-network", { ...vault, fabricName: "paris", ...lab });
  }

  async drill(): Promise<unknown> {
    return handlerOf("drill", this.site.engine).create(this.#drill, quiet);
  }

  cleanUp(): Promise<unknown> {
    const [drill] = this.site.engine.listThings({ kind: "drill" });
    return handlerOf("drill", this.site.engine).delete(drill!.id, quiet);
  }

  /** A plan of the one machine. */
  async declarePlan(): Promise<void> {
    const fabrics = this.site.engine.listThings({ kind: "fabric" }).map(({ id }) => id);
    const fabric = (name: string): string =>
      fabrics.find((id) => id.endsWith(`/${name}`)) ?? "Microsoft Azure";
    const groups = [{ groupType: "Boot", replicationProtectedItems: [{ id: this.id }] }];
    const properties = { primaryFabricId: fabric("london"), recoveryFabricId: fabric("paris"), groups };
    const plan = { ...vault, recoveryPlanName: "shop", properties };
    this.#planId = (await handlerOf("recovery-plan", this.site.engine).create(plan, quiet)).id;
  }

  runPlan(operation: PlanRequest["operation"]): Promise<unknown> {
    const networkId = this.#drill.networkId;
    return this.site.engine.plans.run(this.#planId!, { operation, networkId }, quiet);
  }

  /** All that a refused step must leave as it is. */
  async world(): Promise<unknown> {
    const { site } = this;
    const item = this.item();
    if (item === undefined || item.state === "EnablingReplication") return "not protected";
    // How the disks at the primary side are known again is written down before a seed is read from them.
    const { replicationError: _told, primaryLeft: _known, ...details } = item.details;
    const { recoveryMachine } = details;
    const recovery = recoveryMachine && path.join(recoveryMachine.folder, "os.img");
    return {
      ...item,
      details,
      powers: [site.image(), recovery].map((image) => image && site.power(image)),
      bytes: [site.image(), recovery].map((image) => image && site.hash(image)),
      points: (await site.engine.recoveryPoints(this.id)).map((point) => point.id),
    };
  }

  remove(): void {
    this.site.remove();
  }
}
