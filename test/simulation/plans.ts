/** What users do with a recovery plan over both machines: db1 first, a manual step, then web1. */
import { expect } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { machines, quiet, type World } from "./world.ts";

const vault = { resourceGroupName: "dr", resourceName: "dr-vault" };
const manual = {
  actionName: "check the database",
  failoverTypes: ["PlannedFailover", "UnplannedFailover"],
  failoverDirections: ["PrimaryToRecovery", "RecoveryToPrimary"],
  customDetails: { instanceType: "ManualActionDetails" as const, description: "Is it up?" },
};

async function declare(world: World): Promise<string> {
  const { engine } = world.site;
  const [db1, web1] = machines.map((machine) => ({ id: world.site.itemId(machine) }));
  const wanted = {
    ...vault,
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: engine.listThings({ kind: "fabric" })[0]!.id,
      recoveryFabricId: world.site.ids.get("second fabric") ?? "Microsoft Azure",
      groups: [
        { groupType: "Boot", replicationProtectedItems: [db1!], endGroupActions: [manual] },
        { groupType: "Boot", replicationProtectedItems: [web1!] },
      ],
    },
  };
  return (await handlerOf("recovery-plan", engine).create(wanted, quiet)).id;
}

/** A run that waits for its manual step, then the command that completes it; killed ones go on where they stopped. */
async function run(
  world: World,
  planId: string,
  operation: "PlannedFailover" | "UnplannedFailover",
): Promise<void> {
  const digests = machines.map((machine) => world.hash(world.activeImage(machine)));
  for (const [index, machine] of machines.entries()) world.held[machine].add(digests[index]!);
  const options = { waits: false };
  const outcome = await world.site.engine.plans.run(planId, { operation }, quiet, options);
  expect(outcome.state).toBe("Suspended");
  expect(world.isRunning(world.recoveryImage("web1")), "web1 starts before the manual step is done").toBe(
    false,
  );
  const end = await world.site.engine.plans.complete(outcome.jobId, "it is up", quiet, options);
  expect(end).toMatchObject({ state: "Succeeded" });
  expect(world.site.engine.plans.view(planId).activeLocation).toBe("recovery");
  for (const [index, machine] of machines.entries()) {
    expect(world.isRunning(world.recoveryImage(machine)), `${machine} runs after the plan`).toBe(true);
    const now = world.hash(world.activeImage(machine));
    const where = `${machine} after the plan's ${operation}`;
    if (operation === "PlannedFailover") hold("plannedLosesNothing", now === digests[index], where);
    else hold("unplannedLosesNoMore", world.held[machine].has(now), where);
    await world.note(machine, now);
  }
}

export function planSteps(world: World): Step[] {
  if (!world.isWhole) return [];
  if (machines.some((machine) => world.find(machine)?.state !== "Protected")) return [];
  const planned = machines.every((machine) => world.allowed(machine).includes("PlannedFailover"));
  const unplanned = machines.every((machine) => world.allowed(machine).includes("UnplannedFailover"));
  const step = (name: string, operation: "PlannedFailover" | "UnplannedFailover"): Step => ({
    name,
    run: async (current) => run(current, await declare(current), operation),
  });
  return [
    ...(planned ? [step("planned failover of the plan", "PlannedFailover")] : []),
    ...(unplanned ? [step("unplanned failover of the plan", "UnplannedFailover")] : []),
  ];
}
