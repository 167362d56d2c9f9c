/** Sites with a protected machine, and one of their components, whose settings are changed. */
import type { FlowId } from "../../../provider/model/flows.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { expect } from "vitest";
import type { FlowSite } from "../../engine/flow-site.ts";
import { vault } from "../migration-of.ts";
import { cycle, makeSite } from "./looks.ts";
import { behaviour, each, label, replaces, type World } from "./row.ts";

const scope = ["resourceGroupName", "resourceName", "fabricName"];
export const named = (...names: string[]): ReturnType<typeof each> => each([...scope, ...names], replaces);

/** A site with a protected machine, and one of its components. */
export async function world(flow: FlowId, name: string): Promise<World> {
  const site = await makeSite(flow);
  await site.protect();
  return worldOf(site, name);
}

export function worldOf(site: FlowSite, name: string): World {
  const id = site.ids.get(name)!;
  return { site, id, inputs: site.engine.findThing<object>(id)!.inputs };
}

/** What is declared in the site of the machines beside all that a flow needs. */
export async function worldWith(flow: FlowId, kind: KindName, inputs: object): Promise<World> {
  const site = await makeSite(flow);
  await site.declare("own", kind, { ...vault, fabricName: "london", ...inputs });
  await site.protect();
  return worldOf(site, "own");
}

export const recorded = label("Azure's own; no step of the engine needs it");

/** Another folder has no replica in it, and is not taken for the one that has. */
export const storageFolder = behaviour(async ({ site, change }) => {
  await cycle(site);
  await change(site.at("paris", "elsewhere"));
  await expect(cycle(site)).rejects.toMatchObject({ code: "TargetUnreachable" });
});
