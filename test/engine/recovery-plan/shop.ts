/** A site with three machines and a recovery plan over them: db1 first, then web1 and web2. */
import fs from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type {
  RecoveryPlanAction,
  RecoveryPlanGroup,
  RecoveryPlanInputs,
} from "../../../provider/kinds/recovery-plan.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { quiet, Site } from "../fixture.ts";

export const machineNames = ["db1", "web1", "web2"] as const;

export type MachineName = (typeof machineNames)[number];

export class Shop {
  readonly site: Site;
  readonly planId: string;
  readonly plan: RecoveryPlanInputs;

  private constructor(site: Site, plan: RecoveryPlanInputs) {
    this.site = site;
    this.plan = plan;
    const vault = site.ids.container.split("/replicationFabrics/")[0]!;
    this.planId = `${vault}/replicationRecoveryPlans/shop`;
  }

  static async make(options: { homeName?: string } = {}): Promise<Shop> {
    const site = await Site.make(options);
    await site.protect();
    for (const name of ["db1", "web2"]) {
      const folder = path.join(site.folder, "hv1", name);
      fs.mkdirSync(folder);
      fs.writeFileSync(path.join(folder, "os.img"), Buffer.alloc(256 * 1024, `${name} `));
      fs.writeFileSync(path.join(folder, "machine.yaml"), stringify(machineDefinition(name)));
      const { properties } = site.item;
      const protectableItemId = `${site.ids.container}/replicationProtectableItems/${name}`;
      const item = { ...site.item, replicatedProtectedItemName: name };
      await handlerOf("protected-item", site.engine).create(
        { ...item, properties: { ...properties, protectableItemId } },
        quiet,
      );
    }
    const shop = new Shop(site, {
      resourceGroupName: "dr",
      resourceName: "dr-vault",
      recoveryPlanName: "shop",
      properties: {
        primaryFabricId: site.engine.listThings({ kind: "fabric" })[0]!.id,
        recoveryFabricId: "Microsoft Azure",
        groups: [],
      },
    });
    await shop.declare([shop.boot(["db1"]), shop.boot(["web1", "web2"])]);
    return shop;
  }

  /** Writes the plan with these groups. */
  async declare(groups: RecoveryPlanGroup[], name = "shop"): Promise<void> {
    const { properties } = this.plan;
    const wanted = { ...this.plan, recoveryPlanName: name, properties: { ...properties, groups } };
    const id = this.planId.replace(/shop$/, name);
    await handlerOf("recovery-plan", this.site.engine).update(id, wanted, wanted, quiet);
  }

  boot(names: readonly MachineName[], actions: Partial<RecoveryPlanGroup> = {}): RecoveryPlanGroup {
    const replicationProtectedItems = names.map((name) => ({ id: this.itemId(name) }));
    return { groupType: "Boot", replicationProtectedItems, ...actions };
  }

  /** A script step; the script's text is a shell script's. It may be written anew under the same name. */
  script(
    name: string,
    text: string,
    details: { timeout?: string; fabricLocation?: string } = {},
  ): RecoveryPlanAction {
    const file = path.join(this.site.folder, `${name}.sh`);
    fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const customDetails = {
      instanceType: "ScriptActionDetails" as const,
      path: file,
      fabricLocation: "Primary",
    };
    return {
      actionName: name,
      failoverTypes: ["PlannedFailover", "UnplannedFailover"],
      failoverDirections: ["PrimaryToRecovery"],
      customDetails: { ...customDetails, ...details },
    };
  }

  manual(name: string, description: string): RecoveryPlanAction {
    return {
      actionName: name,
      failoverTypes: ["PlannedFailover"],
      failoverDirections: ["PrimaryToRecovery"],
      customDetails: { instanceType: "ManualActionDetails", description },
    };
  }

  itemId(name: MachineName): string {
    return this.site.itemId.replace(/web1$/, name);
  }

  image(name: MachineName): string {
    return path.join(this.site.folder, "hv1", name, "os.img");
  }

  replica(name: MachineName, suffix = ""): string {
    return path.join(this.site.folder, "home", "azure", "dr", `${name}${suffix}`, "os.img");
  }

  /** `running` or `off`, or `absent`, of a machine by the path of its image. */
  power(image: string): string {
    const folder = path.dirname(image);
    if (!fs.existsSync(folder)) return "absent";
    const file = path.join(folder, "power-state");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "running";
  }

  states(): string[] {
    return machineNames.map((name) => this.site.engine.findItem(this.itemId(name))!.state);
  }

  /** What scripts have written down so far, a line each. */
  noted(): string[] {
    return fs.existsSync(this.notes) ? fs.readFileSync(this.notes, "utf8").trim().split("\n") : [];
  }

  /** The file that scripts append to. */
  get notes(): string {
    return path.join(this.site.folder, "notes");
  }

  remove(): void {
    this.site.remove();
  }
}

/** Progress that keeps its lines. */
export function trace(): { lines: string[]; report(line: string): void } {
  const lines: string[] = [];
  return { lines, report: (line) => void lines.push(line) };
}
