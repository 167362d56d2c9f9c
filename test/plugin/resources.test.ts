import messages from "@pulumi/pulumi/proto/provider_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { unknownValue } from "../../provider/handlers/handler.ts";
import { toStruct } from "../doors/plugin-client.ts";
import { PluginDoor, urn } from "../doors/plugin-door.ts";
import { policy, PolicyWorld } from "../doors/policy-world.ts";
import { Stack } from "../doors/stack.ts";

let world: PolicyWorld;
let door: PluginDoor;
let stack: Stack;

beforeEach(async () => {
  world = await PolicyWorld.open();
  door = await PluginDoor.open(world);
  stack = new Stack(door);
});
afterEach(() => {
  door.close();
  world.close();
});

const interval = "properties.providerSpecificInput.replicationInterval";

describe("an import", () => {
  test("brings all settings as arguments, and the program that says them shows no change", async () => {
    await stack.up(policy());
    const { id } = stack.resource!;
    const found = (await door.read({ id, state: {} }, {}))!;
    expect(found.inputs).toMatchObject(policy());
    stack.resource = { ...found, initErrors: [] };
    expect(await stack.up(found.inputs)).toBe("same");
    stack.resource = { ...found, initErrors: [] };
    expect(await stack.up(policy())).toBe("same");
    expect(await stack.up(policy(900))).toBe("update");
  });

  test("of what is not there has an empty id", async () => {
    await stack.up(policy());
    expect(await door.read({ id: `${stack.resource!.id}2`, state: {} }, {})).toBeUndefined();
  });
});

test("an import by the id of something else is refused, with the form that is wanted", async () => {
  const [vault] = world.engine.listThings({ kind: "vault" });
  await expect(door.read({ id: vault!.id, state: {} }, {})).rejects.toThrow(
    /is not the id of a replication policy; such an id is .*\/replicationPolicies\/\{policyName\}\./,
  );
});

describe("a diff", () => {
  async function detailed(program: Record<string, unknown>): Promise<unknown> {
    const { inputs } = await door.check(stack.resource!.inputs, program);
    return (await door.diff(stack.resource!, { oldInputs: stack.resource!.inputs, inputs })).detailed;
  }

  test("names each property and what becomes of it", async () => {
    await stack.up(policy());
    expect(await detailed(policy(900))).toEqual({ [interval]: "update" });
    expect(await detailed(policy(unknownValue))).toEqual({ [interval]: "update" });
    expect(await detailed(policy(300, { policyName: "silver" }))).toEqual({ policyName: "update-replace" });
    const hours = { officeHours: { days: ["Monday"] } };
    expect(Object.values((await detailed(policy(300, hours))) as object)).toContain("add");
    expect(await detailed(policy())).toEqual({});
  });

  test("does not count a change of the text alone that the user has asked to ignore", async () => {
    await stack.up(policy());
    await world.changeBehind(900);
    await stack.refresh();
    // The engine puts the live value in place of the ignored one.
    door.ignored = [interval];
    expect(await stack.up(policy(900))).toBe("same");
    door.ignored = [];
    expect(await stack.up(policy(900))).toBe("update");
  });
});

describe("a preview", () => {
  test("knows the names and nothing that comes of the work, so that nothing is looked up before it is there", async () => {
    const { inputs } = await door.check({}, policy());
    const made = await door.create(inputs, true);
    expect(made.state).toEqual({
      name: "gold",
      type: "Microsoft.RecoveryServices/vaults/replicationPolicies",
      properties: unknownValue,
    });
    expect(made.id).toBe("");
    expect(world.interval()).toBeUndefined();
  });

  test("of an update changes nothing", async () => {
    await stack.up(policy());
    const { inputs } = await door.check({}, policy(900));
    const made = await door.update(stack.resource!, { oldInputs: stack.resource!.inputs, inputs }, true);
    expect(made.state["properties"]).toBe(unknownValue);
    expect(world.interval()).toBe(300);
  });
});

describe("names", () => {
  const { policyName: _name, ...nameless } = policy();

  async function nameOf(
    olds: Record<string, unknown>,
    mode?: "PROPOSE" | "ENFORCE" | "DISABLE",
  ): Promise<unknown> {
    const request = new messages.CheckRequest()
      .setUrn(urn)
      .setOlds(toStruct(olds))
      .setNews(toStruct(nameless));
    if (mode) {
      const naming = new messages.CheckRequest.AutonamingOptions();
      naming.setMode(messages.CheckRequest.AutonamingOptions.Mode[mode]).setProposedName("dev-gold");
      request.setAutonaming(naming);
    }
    const answer = await door.client.call<InstanceType<typeof messages.CheckResponse>>("check", request);
    const [failure] = answer.getFailuresList();
    return failure ? failure.getReason() : answer.getInputs()!.toJavaScript()["policyName"];
  }

  test("default to the logical name, without a suffix", async () => {
    expect(await nameOf({})).toBe("gold");
    expect(await nameOf({}, "PROPOSE")).toBe("gold");
  });

  test("are kept when the logical name changes", async () => {
    expect(await nameOf({ ...nameless, policyName: "older" })).toBe("older");
  });

  test("follow the project's rules for automatic names where it has some", async () => {
    expect(await nameOf({}, "ENFORCE")).toBe("dev-gold");
    expect(await nameOf({}, "DISABLE")).toMatch(
      /is missing: the project's settings turn automatic names off/,
    );
    expect(await nameOf({ policyName: "older" }, "DISABLE")).toBe("older");
  });
});
