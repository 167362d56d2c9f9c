import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkValues } from "../../provider/handlers/check-schema.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { kindNames } from "../../provider/kinds/kind.ts";
import type { Lookup, LookupSource } from "../../provider/lookups/lookup.ts";
import { lookups } from "../../provider/lookups/registry.ts";
import { policy, PolicyWorld } from "../doors/policy-world.ts";

let world: PolicyWorld;
let source: LookupSource;

beforeEach(async () => {
  world = await PolicyWorld.open();
  source = { engine: world.engine, handler: (kind) => handlerOf(kind, world.engine) };
  const policies = handlerOf("policy", world.engine);
  for (const policyName of ["gold", "silver"])
    await policies.create(policy(300, { policyName }), { report: () => undefined });
});
afterEach(() => world.close());

async function run(name: string, values: Record<string, unknown>): Promise<Record<string, unknown>> {
  const lookup = lookups.get(name) as Lookup;
  expect(checkValues(lookup.inputs, values)).toEqual([]);
  const found = await lookup.run(source, values);
  expect(checkValues(lookup.outputs, found)).toEqual([]);
  return found as Record<string, unknown>;
}

describe("lookups", () => {
  test("there are two for every kind, and one each for recovery points, jobs and discovery", () => {
    expect(lookups.size).toBe(2 * kindNames.length + 3);
    for (const name of [
      "getVault",
      "getProtectedItem",
      "getRecoveryPlan",
      "listPolicies",
      "getRecoveryPoints",
    ])
      expect([...lookups.keys()]).toContain(name);
  });

  test("getVault finds a vault by its names, whatever their letter case", async () => {
    const found = await run("getVault", { resourceGroupName: "DR", vaultName: "Vault1" });
    expect(found).toMatchObject({ name: "vault1", properties: { provisioningState: "Succeeded" } });
    expect(found["id"]).toMatch(/\/vaults\/vault1$/);
  });

  test("what is not there is an error that says where to look", async () => {
    const asked = run("getPolicy", { resourceGroupName: "dr", resourceName: "vault1", policyName: "bronze" });
    await expect(asked).rejects.toMatchObject({ code: "NotFound" });
    await expect(asked).rejects.toThrow(/replicationPolicies\/bronze\. listPolicies lists them/);
  });

  test("listPolicies lists all, or those of a vault", async () => {
    const names = async (values: Record<string, unknown>): Promise<unknown[]> =>
      ((await run("listPolicies", values))["policies"] as { name: string }[]).map(({ name }) => name);
    expect(await names({})).toEqual(["gold", "silver"]);
    expect(await names({ resourceGroupName: "dr", resourceName: "VAULT1" })).toEqual(["gold", "silver"]);
    expect(await names({ resourceName: "other" })).toEqual([]);
  });

  test("getRecoveryPoints names an item that is not there; getJobs has none in a new engine", async () => {
    await expect(run("getRecoveryPoints", { protectedItemId: "/x/web1" })).rejects.toThrow(
      /There is no protected item \/x\/web1\. listProtectedItems lists them/,
    );
    expect(await run("getJobs", {})).toEqual({ jobs: [] });
  });

  test("arguments that are missing or unknown are told by name", () => {
    const { inputs } = lookups.get("getVault")!;
    const failures = checkValues(inputs, { vaultNme: "v" });
    expect(failures.map(({ property }) => property).sort()).toEqual([
      "resourceGroupName",
      "vaultName",
      "vaultNme",
    ]);
  });
});
