import type { Machine, World } from "./world.ts";

/** What a drill of a machine is declared with. */
export function drillInputs({ site }: World, machine: Machine): object {
  const networkId = site.ids.get("second VM network") ?? site.ids.get("drill network");
  return {
    ...{ resourceGroupName: "dr", resourceName: "dr-vault" },
    ...{ drillName: `drill-${machine}`, protectedItemId: site.itemId(machine), networkId },
  };
}
