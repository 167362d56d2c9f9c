/** An engine with a fabric of every sort in a temporary folder, for tests of what stands in them. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { KindName } from "../../provider/kinds/kind.ts";
import { quiet } from "../engine/fixture.ts";
import { machineDefinition } from "../machine-definition.ts";

const identity = { tenantId: "t", applicationId: "a", objectId: "o", audience: "x", aadAuthority: "y" };
export const inVault = { resourceGroupName: "dr", resourceName: "dr-vault" };
/** A Hyper-V site, two VMM fabrics and two VMware fabrics, by the scope of what stands in them. */
export const sites = {
  london: { ...inVault, fabricName: "london" },
  paris: { ...inVault, fabricName: "paris" },
  lyon: { ...inVault, fabricName: "lyon" },
  rome: { ...inVault, fabricName: "rome" },
  milan: { ...inVault, fabricName: "milan" },
};
const typeOf = { paris: "VMM", lyon: "VMM", rome: "VMware", milan: "VMware" } as const;

/** Arguments of a registration. */
export function registration(scope: object, machineName: string, rest: object = {}): object {
  const properties = {
    machineName,
    authenticationIdentityInput: identity,
    resourceAccessIdentityInput: identity,
  };
  return { ...scope, providerName: machineName, properties, ...rest };
}

export class ComponentSites {
  readonly folder: string;
  readonly engine: Engine;

  private constructor(folder: string, engine: Engine) {
    this.folder = folder;
    this.engine = engine;
  }

  static async make(): Promise<ComponentSites> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-components-"));
    const made = new ComponentSites(folder, await openEngine({ home: path.join(folder, "home") }));
    await made.make("vault", { resourceGroupName: "dr", vaultName: "dr-vault" });
    await made.make("fabric", sites.london);
    for (const [name, instanceType] of Object.entries(typeOf)) {
      const customDetails = { instanceType };
      await made.make("fabric", { ...inVault, fabricName: name, properties: { customDetails } });
    }
    return made;
  }

  handler(kind: KindName): Handler {
    return handlerOf(kind, this.engine);
  }

  /** Makes a thing and gives its id. */
  async make(kind: KindName, inputs: object): Promise<string> {
    return (await this.handler(kind).create(inputs, quiet)).id;
  }

  async outputs(kind: KindName, id: string): Promise<Record<string, unknown>> {
    const live = await this.handler(kind).read(id);
    return (live!.outputs as { properties: Record<string, unknown> }).properties;
  }

  /** Makes a folder, of machines of these names. */
  folderOf(name: string, machines: readonly string[] = []): string {
    const folder = path.join(this.folder, name);
    fs.mkdirSync(folder, { recursive: true });
    for (const machine of machines) {
      fs.mkdirSync(path.join(folder, machine));
      const definition = machineDefinition(machine, ["os"]);
      fs.writeFileSync(path.join(folder, machine, "machine.yaml"), stringify(definition));
    }
    return folder;
  }

  /** The servers of all fabrics but London, and a cloud in each VMM fabric. */
  async register(): Promise<void> {
    await this.make("services-provider", registration(sites.paris, "vmm-paris"));
    await this.make("services-provider", registration(sites.lyon, "vmm-lyon"));
    const runAsAccounts = ["push", "reader"];
    await this.make("services-provider", registration(sites.rome, "cs-rome", { runAsAccounts }));
    await this.make("services-provider", registration(sites.milan, "cs-milan"));
    const cloud = { protectionContainerName: "gold", capabilityProfile: "Hyper-V" };
    await this.make("protection-container", { ...sites.paris, ...cloud });
    await this.make("protection-container", { ...sites.lyon, ...cloud });
  }

  remove(): void {
    this.engine.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
