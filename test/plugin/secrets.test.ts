import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { given, said } from "../../provider/message.ts";
import { receive, send } from "../../provider/plugin/property-values.ts";
import { SecretValues } from "../../provider/pulumi/secret-values.ts";
import { secret } from "../doors/plugin-client.ts";
import { PluginDoor } from "../doors/plugin-door.ts";
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

// A free text among the arguments of a policy.
const hidden = "2031-05-06T07:08:09Z";

function withSecret(value: unknown, replicationInterval: unknown = 300): Record<string, unknown> {
  const settings = {
    instanceType: "HyperVReplicaAzure",
    replicationInterval,
    onlineReplicationStartTime: value,
  };
  return { ...policy(), properties: { providerSpecificInput: settings } };
}

/** The text without what Pulumi's engine encrypts. */
function inPlain(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) =>
    inner !== null && typeof inner === "object" && "4dabf18193072939515e22adb298388d" in inner
      ? "[secret]"
      : inner,
  );
}

describe("a secret argument", () => {
  test("is nowhere in plain text: not in the arguments, not in the state, not after a refresh", async () => {
    expect(await stack.up(withSecret(secret(hidden)))).toBe("create");
    expect(JSON.stringify(stack.resource)).toContain(hidden);
    expect(inPlain(stack.resource)).not.toContain(hidden);
    await stack.refresh();
    expect(inPlain(stack.resource)).not.toContain(hidden);
    expect(await stack.up(withSecret(secret(hidden)))).toBe("same");
    expect(await stack.up(withSecret(secret(hidden), 900))).toBe("update");
    expect(inPlain(stack.resource)).not.toContain(hidden);
  });

  test("is secret to whoever reads the resource, until its program gives it in plain", async () => {
    await stack.up(withSecret(secret(hidden)));
    const id = stack.resource!.id;
    const read = async (): Promise<unknown> => door.read({ id, state: {} }, {});
    expect(JSON.stringify(await read())).toContain(hidden);
    expect(inPlain(await read())).not.toContain(hidden);
    await stack.up(withSecret(hidden, 900));
    expect(inPlain(await read())).toContain(hidden);
  });

  test("is left out of what is told under the resource", async () => {
    await stack.up(withSecret(secret(hidden)));
    await world.changeBehind(300);
    await stack.up(withSecret(secret(hidden)));
    expect(door.told.join("\n")).toMatch(
      /onlineReplicationStartTime has drifted: it is \[secret\], the program says \[secret\]/,
    );
    expect(door.told.join("\n")).not.toContain(hidden);
  });

  test("is left out of what is wrong with it, and of errors", async () => {
    const { failures } = await door.check({}, withSecret(secret("tomorrow")));
    expect(failures).toHaveLength(1);
    expect(failures[0]!.reason).toMatch(/\[secret\] is not an ISO 8601 time/);
    const { failures: named } = await door.check({}, { ...policy(), resourceGroupName: secret("a/hidden") });
    // Pulumi shows the value of a property that is named.
    expect(named).toEqual([
      { property: "", reason: expect.stringContaining("is secret and becomes a part of the id") as string },
      { property: "", reason: expect.stringContaining("[secret] is not legal") as string },
    ]);
    const error = new SiteRecoveryError("JobFailed", said`There is trouble with ${hidden}.`);
    world.trouble = { call: "create", when: "after", error };
    await expect(stack.up(withSecret(secret(hidden)))).rejects.toThrow("There is trouble with [secret].");
    expect(inPlain(stack.resource)).not.toContain(hidden);
  });
});

describe("a resource that reads what another one declared with a secret", () => {
  const empty = { state: {} };

  async function readAsAnother(): Promise<Awaited<ReturnType<PluginDoor["read"]>>> {
    door.logicalName = "another";
    const found = await door.read({ id: stack.resource!.id, ...empty }, {});
    door.logicalName = "gold";
    return found;
  }

  test("has it as a secret, and all else in plain", async () => {
    await stack.up(withSecret(secret(hidden)));
    const found = await readAsAnother();
    expect(JSON.stringify(found)).toContain(hidden);
    expect(inPlain(found)).not.toContain(hidden);
    expect(inPlain(found!.inputs)).toContain("300");
    expect(inPlain(found!.inputs)).toContain("HyperVReplicaAzure");
  });

  test("has it as a secret too if it became one without another value, or was changed", async () => {
    await stack.up(withSecret(hidden));
    expect(inPlain(await readAsAnother())).toContain(hidden);
    expect(await stack.up(withSecret(secret(hidden)))).toBe("update");
    expect(await stack.up(withSecret(secret(hidden)))).toBe("same");
    expect(inPlain(await readAsAnother())).not.toContain(hidden);
    const other = "2032-05-06T07:08:09Z";
    await stack.up(withSecret(secret(other)));
    expect(inPlain(await readAsAnother())).not.toContain(other);
    await stack.up(withSecret(other, 900));
    expect(inPlain(await readAsAnother())).toContain(other);
  });

  test("has it as a secret after an update that stopped on its way", async () => {
    await stack.up(withSecret("2030-05-06T07:08:09Z"));
    world.trouble = { call: "update", when: "after", error: new Error("cut short") };
    await expect(stack.up(withSecret(secret(hidden)))).rejects.toThrow();
    expect(inPlain(await readAsAnother())).not.toContain(hidden);
  });

  test("has all but the names as secrets if no one noted which they are", async () => {
    await stack.up(withSecret(hidden));
    world.forgetSecretPaths();
    const found = await readAsAnother();
    expect(inPlain(found)).not.toContain(hidden);
    expect(inPlain(found!.inputs)).toContain("gold");
  });
});

describe("a secret of a thing whose owner is gone (`siterecovery disown`)", () => {
  let id: string;

  beforeEach(async () => {
    await stack.up(withSecret(secret(hidden)));
    ({ id } = stack.resource!);
    await world.engine.owners.release(id);
  });

  /** As a stack that has nothing of it in its state. */
  async function readAfresh(): ReturnType<PluginDoor["read"]> {
    return door.read({ id, state: {} }, {});
  }

  test("stays one for whoever reads or imports it, and for lookups", async () => {
    expect(world.engine.owners.of(id)).toBeUndefined();
    for (const name of ["reader", "importer"]) {
      door.logicalName = name;
      const found = await readAfresh();
      expect(JSON.stringify(found)).toContain(hidden);
      expect(inPlain(found)).not.toContain(hidden);
    }
    const [known] = world.engine.owners.secretSettings();
    expect(known?.paths).toEqual(["properties.providerSpecificInput.onlineReplicationStartTime"]);
  });

  test("stays one when its former stack claims it again, and when another takes it as it is", async () => {
    expect(await stack.up(withSecret(secret(hidden)))).toBe("same");
    expect(world.engine.owners.of(id)).toBeDefined();
    await world.engine.owners.release(id);
    door.logicalName = "another";
    expect(inPlain(await readAfresh())).not.toContain(hidden);
  });

  test("is one no more once a program gives it in plain, or the thing is created anew", async () => {
    await stack.up(withSecret(hidden, 900));
    expect(inPlain(await readAfresh())).toContain(hidden);
    await stack.up(withSecret(secret(hidden)));
    await world.engine.owners.release(id);
    await world.removeBehind();
    expect(world.engine.owners.secretPaths(id)).toBeUndefined();
  });
});

test("a name that was secret in an earlier state may be given in the clear", async () => {
  const olds = { ...policy(), policyName: secret("gold") };
  const { inputs, failures } = await door.check(olds, policy());
  expect(failures).toEqual([]);
  expect(inputs["policyName"]).toBe("gold");
});

test("an output that Pulumi hands over as secret goes back as secret, and any other one in plain", () => {
  const signature = "4dabf18193072939515e22adb298388d";
  const output = (value: string, isSecret: boolean): object => ({
    [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
    value,
    ...(isSecret ? { secret: true } : {}),
  });
  const sent = { open: output("shown", false), shut: output(hidden, true) };
  const { values, secrets } = receive(struct.Struct.fromJavaScript(sent as never));
  expect(values).toEqual({ open: "shown", shut: hidden });
  const back = send(values, secrets).toJavaScript();
  expect(back).toEqual({ open: "shown", shut: secret(hidden) });
});

describe("SecretValues", () => {
  test("knows what a schema marks, at any depth, and the same word elsewhere", () => {
    const word = { type: "string", "x-secret": true } as const;
    const schema = {
      type: "object",
      properties: { password: word, accounts: { type: "array", items: { $ref: "#/$defs/account" } } },
      $defs: { account: { type: "object", properties: { key: word, name: { type: "string" } } } },
    };
    const secrets = new SecretValues();
    secrets.addMarked(schema, { password: "correct horse", accounts: [{ key: "battery", name: "one" }] });
    expect(secrets.covers("password", "correct horse")).toBe(true);
    expect(secrets.covers("__inputs.accounts[0].key", "battery")).toBe(true);
    expect(secrets.covers("accounts[0].name", "one")).toBe(false);
    expect(secrets.covers("properties.copy", "battery")).toBe(true);
    expect(secrets.touches("accounts")).toBe(true);
    const line = said`a correct horse is ${"correct horse"}, not ${"one"}; ${"correct horse"}`;
    expect(secrets.shown(line)).toBe("a correct horse is [secret], not one; [secret]");
    expect(secrets.shown("a text of others with correct horse in it")).toBe(
      "A message that quotes a secret value is left out.",
    );
  });

  test("knows numbers by their path, the words within a secret object, and a text that may hold any of them", () => {
    const secrets = new SecretValues();
    expect(secrets.covers("__inputs", "a text of all arguments")).toBe(false);
    secrets.add("interval", 300);
    secrets.add("account", { name: "battery", inner: { key: "staple" } });
    expect(secrets.covers("interval", 300)).toBe(true);
    expect(secrets.covers("__inputs.interval", 300)).toBe(true);
    expect(secrets.covers("other", 300)).toBe(true);
    expect(secrets.covers("other", 3)).toBe(false);
    expect(secrets.covers("__inputs", "a text of all arguments")).toBe(true);
    expect(secrets.shown(said`${"battery"} and ${"staple"}`)).toBe("[secret] and [secret]");
  });

  const id = "/subscriptions/0/resourceGroups/dr/providers/Microsoft.RecoveryServices/vaults/quay-vault";

  test("leaves out of ids and URNs the names only, and none that the program gives in plain", () => {
    const secrets = new SecretValues();
    for (const word of ["vault", "recovery", "prod"]) secrets.add("tags.note", word);
    const urn = "urn:pulumi:prod::quay::siterecovery:index:Vault::it";
    expect(secrets.shown(said`${id} of ${urn}`)).toBe(
      `${id.replace("quay-vault", "[secret]")} of ${urn.replace("prod", "[secret]")}`,
    );
    secrets.addPlain({ vaultId: id });
    expect(secrets.shown(said`${id} is ${"quay-vault"}`)).toBe(`${id} is quay-vault`);
    secrets.add("tags.other", "vaults/quay");
    expect(secrets.shown(said`about ${`${id}/more`}`)).toBe("about [secret]");
  });

  test("leaves room in a command for what is to be filled in", () => {
    const secrets = new SecretValues();
    secrets.add("tags.note", "quay-vault");
    secrets.add("tags.hour", "web1");
    const line = said`${"web1"} runs. Run \`siterecovery commit ${"web1"}\`, \`siterecovery disown ${id}\`, or
        \`x ${given("web1", "failover.recoveryPoint")}\` for ${"web1"}.`;
    expect(secrets.shown(line)).toBe(
      "[secret] runs. Run `siterecovery commit <name>`, `siterecovery disown <id>`, or `x <recoveryPoint>` for [secret].",
    );
  });
});
