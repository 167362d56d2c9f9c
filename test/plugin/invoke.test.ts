import messages from "@pulumi/pulumi/proto/provider_pb.js";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectEngine } from "../../provider/connect.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { toStruct } from "../doors/plugin-client.ts";
import { PluginDoor } from "../doors/plugin-door.ts";
import { PolicyWorld } from "../doors/policy-world.ts";
import { inPlain } from "../doors/secret-values.ts";

let world: PolicyWorld;
let door: PluginDoor;
let home: string;

beforeEach(async () => {
  world = await PolicyWorld.open();
  door = await PluginDoor.open(world);
  home = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-invoke-"));
  const request = new messages.ConfigureRequest().setArgs(toStruct({ home }));
  await door.client.call("configure", request);
});
afterEach(async () => {
  door.close();
  world.close();
  (await connectEngine(home)).close();
  fs.rmSync(home, { recursive: true, force: true });
});

async function invoke(token: string, values: Record<string, unknown>): Promise<unknown> {
  const request = new messages.InvokeRequest().setTok(token).setArgs(toStruct(values));
  const answer = await door.client.call<InstanceType<typeof messages.InvokeResponse>>("invoke", request);
  const failures = answer.getFailuresList().map((one) => one.getProperty());
  return failures.length > 0 ? failures : answer.getReturn()!.toJavaScript();
}

describe("a function", () => {
  test("looks into the engine of the home that the provider was given", async () => {
    const engine = await connectEngine(home);
    const vault = { resourceGroupName: "dr", vaultName: "only-here" };
    await handlerOf("vault", engine).create(vault, { report: () => undefined });
    expect(await invoke("siterecovery:index:getVault", vault)).toMatchObject({ name: "only-here" });
    expect(await invoke("siterecovery:index:listVaults", {})).toMatchObject({
      vaults: [{ name: "only-here" }],
    });
  });

  test("hands on as a secret what was one where it was declared", async () => {
    const engine = await connectEngine(home);
    const names = { resourceGroupName: "dr", vaultName: "only-here" };
    await handlerOf("vault", engine).create(names, { report: () => undefined });
    const policy = { resourceGroupName: "dr", resourceName: "only-here", policyName: "gold" };
    const hidden = "2031-05-06T07:08:09Z";
    const providerSpecificInput = {
      instanceType: "HyperVReplicaAzure",
      onlineReplicationStartTime: hidden,
    };
    const secretPaths = ["properties.providerSpecificInput.onlineReplicationStartTime"];
    const owner = {
      urn: "urn:pulumi:dev::proj::siterecovery:index:ReplicationPolicy::gold",
      adopts: false,
      declared: new Map(),
      secretPaths,
      notify: () => undefined,
    };
    const given = { ...policy, properties: { providerSpecificInput } };
    await handlerOf("policy", engine).create(given, { report: () => undefined, owner });
    expect(engine.owners.secretSettings()).toMatchObject([{ paths: secretPaths, settings: policy }]);
    const found = await invoke("siterecovery:index:getPolicy", policy);
    expect(JSON.stringify(found)).toContain(hidden);
    expect(inPlain(found)).not.toContain(hidden);
    expect(inPlain(found)).toContain("gold");
  });

  test("refuses what is wrong with its arguments by name, and says what it did not find", async () => {
    expect(await invoke("siterecovery:index:getVault", { resourceGroupName: "dr" })).toEqual(["vaultName"]);
    const asked = invoke("siterecovery:index:getVault", { resourceGroupName: "dr", vaultName: "none" });
    await expect(asked).rejects.toThrow(/There is no vault .*\/vaults\/none\. listVaults lists them/);
  });

  test("that is not there is told by its name", async () => {
    await expect(invoke("siterecovery:index:getVualt", {})).rejects.toThrow(
      /knows no function siterecovery:index:getVualt/,
    );
  });
});
