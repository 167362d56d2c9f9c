import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { personHere } from "../../provider/actor.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { type Door, DoorFailure } from "./door.ts";
import { DynamicDoor } from "./dynamic-door.ts";
import { PluginDoor } from "./plugin-door.ts";
import { policy, PolicyWorld } from "./policy-world.ts";
import { Stack } from "./stack.ts";

const doors: [string, (world: PolicyWorld) => Promise<Door>][] = [
  ["dynamic resources", async (world) => new DynamicDoor(world)],
  ["the plugin", (world) => PluginDoor.open(world)],
];

async function failureOf(work: Promise<unknown>): Promise<DoorFailure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DoorFailure);
  return error as DoorFailure;
}

// What Pulumi's users may rely on through either door. The handlers and the engine behind them are the real ones.
describe.each(doors)("through %s", (_name, open) => {
  let world: PolicyWorld;
  let door: Door;
  let stack: Stack;

  beforeEach(async () => {
    world = await PolicyWorld.open();
    door = await open(world);
    stack = new Stack(door);
  });
  afterEach(() => {
    door.close();
    world.close();
  });

  test("a resource is made once, with its progress shown, and then there is nothing to do", async () => {
    expect(await stack.up(policy())).toBe("create");
    expect(world.interval()).toBe(300);
    expect(stack.resource!.id).toMatch(/\/vaults\/vault1\/replicationPolicies\/gold$/);
    expect(stack.resource!.state).toMatchObject({ name: "gold", properties: { friendlyName: "gold" } });
    expect(door.told).toEqual(["passing: create goes on"]);
    expect(world.actors).toEqual([`stack proj/dev by ${personHere()}`]);
    expect(await stack.up(policy())).toBe("same");
    // The same in other words: a default that is written out, an id in another letter case.
    const spelled = policy(300, { resourceGroupName: "DR" });
    const settings = spelled["properties"] as { providerSpecificInput: object };
    Object.assign(settings.providerSpecificInput, { applicationConsistentSnapshotFrequencyInHours: 0 });
    expect(await stack.up(spelled)).toBe("same");
  });

  test("a change that can be made in place is made in place", async () => {
    await stack.up(policy());
    expect(await stack.up(policy(900))).toBe("update");
    expect(world.interval()).toBe(900);
    expect(await stack.up(policy(900))).toBe("same");
  });

  test("a change that cannot be made in place replaces; one that keeps its id makes room first", async () => {
    await stack.up(policy());
    expect(await stack.up(policy(300, { policyName: "silver" }))).toBe("replace");
    expect([world.interval("gold"), world.interval("silver")]).toEqual([undefined, 300]);
    const flow = { instanceType: "InMageAzureV2", multiVmSyncStatus: "Enable" };
    const other = { ...policy(), policyName: "silver", properties: { providerSpecificInput: flow } };
    const { inputs } = await door.check(stack.resource!.inputs, other);
    const found = await door.diff(stack.resource!, { oldInputs: stack.resource!.inputs, inputs });
    expect(found).toMatchObject({ changes: true, deleteBeforeReplace: true });
    expect(await stack.up(other)).toBe("replace");
  });

  test("a name left out is the logical name, and stays when the logical name changes", async () => {
    const { policyName: _given, ...unnamed } = policy();
    expect(await stack.up(unnamed)).toBe("create");
    expect(stack.resource!.inputs).toMatchObject({ policyName: "gold" });
    door.logicalName = "renamed";
    expect(await stack.up(unnamed)).toBe("same");
    expect(await stack.up(unnamed)).toBe("same");
    await stack.refresh();
    expect(await stack.up(unnamed)).toBe("same");
    expect(Object.keys(stack.resource!.inputs)).not.toContain("__unnamed");
    // A name that is written is another matter, also when it is the logical name.
    expect(await stack.up(policy(300, { policyName: "renamed" }))).toBe("replace");
    expect([world.interval("gold"), world.interval("renamed")]).toEqual([undefined, 300]);
  });

  test("drift is told with its values, shown by a refresh, and set back by an update", async () => {
    await stack.up(policy());
    await world.changeBehind(30);
    const inputs = stack.resource!.inputs;
    expect((await door.diff(stack.resource!, { oldInputs: inputs, inputs })).changes).toBe(true);
    expect(door.told.at(-1)).toMatch(/replicationInterval has drifted: it is 30, the program says 300/);
    expect(await stack.refresh()).toBe(true);
    expect(stack.resource!.inputs).toMatchObject(policy(30));
    expect(await stack.up(policy())).toBe("update");
    expect(world.interval()).toBe(300);
    expect(await stack.up(policy())).toBe("same");
  });

  test("what is gone is told, made again by an update, and leaves the state with a refresh", async () => {
    await stack.up(policy());
    await world.removeBehind();
    expect(await stack.up(policy())).toBe("update");
    expect(world.interval()).toBe(300);
    await world.removeBehind();
    expect(await stack.refresh()).toBe(false);
    expect(stack.resource).toBeUndefined();
  });

  test("it is deleted, and what is gone already is fine", async () => {
    await stack.up(policy());
    const kept = stack.resource!;
    await stack.destroy();
    expect(world.interval()).toBeUndefined();
    await door.delete(kept);
  });

  test("what is not known yet fails no check and replaces nothing, and may be a change", async () => {
    await stack.up(policy());
    const { inputs, failures } = await door.check(stack.resource!.inputs, policy(unknownValue));
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject(policy(unknownValue));
    const found = await door.diff(stack.resource!, { oldInputs: stack.resource!.inputs, inputs });
    expect(found).toMatchObject({ changes: true, replaces: [] });
    const name = policy(300, { resourceName: unknownValue });
    expect((await door.check({}, name)).failures).toEqual([]);
  });

  test("all mistakes are told at once, with their properties and values, before anything is made", async () => {
    const wrong = { ...policy(60), resourceGroupName: "a/b" };
    const { failures } = await door.check({}, wrong);
    expect(failures.map(({ property }) => property).sort()).toEqual(["", "resourceGroupName"]);
    expect(failures.map(({ reason }) => reason).join("\n")).toMatch(
      /properties\.providerSpecificInput\.replicationInterval: 60 is not one of 30, 300 or 900/,
    );
    expect(await stack.up(wrong)).toBe("refused");
    expect(world.interval()).toBeUndefined();
  });

  test("one that stopped half way stays in the state with its reason; the next update finishes it", async () => {
    const error = new SiteRecoveryError("TargetUnreachable", "The target is away. Run pulumi up again.");
    world.trouble = { call: "create", when: "after", error };
    const failure = await failureOf(stack.up(policy()));
    expect(failure.reasons).toEqual(["The target is away. Run pulumi up again."]);
    expect(stack.resource).toMatchObject({ state: { name: "gold" }, initErrors: failure.reasons });
    expect(await stack.up(policy())).toBe("update");
    expect(stack.resource!.initErrors).toEqual([]);
    expect(await stack.up(policy())).toBe("same");
  });

  test("one that failed before anything was made leaves nothing in the state", async () => {
    const failure = await failureOf(stack.up(policy(300, { resourceName: "elsewhere" })));
    expect(failure.message).toMatch(/needs the vault "elsewhere" .* and there is none/);
    expect(failure.message).not.toMatch(/\n\s+at /);
    expect(stack.resource).toBeUndefined();
  });

  test("a failed update can be finished, and can be taken back", async () => {
    await stack.up(policy());
    const error = new SiteRecoveryError("JobFailed", "It stopped.");
    world.trouble = { call: "update", when: "after", error };
    await failureOf(stack.up(policy(900)));
    expect(world.interval()).toBe(900);
    expect(await stack.refresh()).toBe(true);
    expect(await stack.up(policy(300))).toBe("update");
    expect(world.interval()).toBe(300);
    expect(await stack.up(policy(300))).toBe("same");
  });
});
