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
