import { handlerOf } from "../../provider/handlers/registry.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";

/** Declares the recovery plan `shop`, which boots these machines one after the other. Returns its id. */
export async function declarePlan(site: FlowSite, machines: readonly string[]): Promise<string> {
  const groups = machines.map((name) => ({
    groupType: "Boot",
    replicationProtectedItems: [{ id: site.itemId(name) }],
  }));
  const inputs = {
    ...{ resourceGroupName: "dr", resourceName: "dr-vault", recoveryPlanName: "shop" },
    properties: { primaryFabricId: site.ids.get("fabric")!, recoveryFabricId: "Microsoft Azure", groups },
  };
  return (await handlerOf("recovery-plan", site.engine).create(inputs, quiet)).id;
}
