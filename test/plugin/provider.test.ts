import grpc from "@grpc/grpc-js";
import type pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageSchema } from "../../provider/package-schema/package-schema.ts";
import { packageVersion } from "../../provider/package-version.ts";
import { toStruct } from "../doors/plugin-client.ts";
import { PluginDoor } from "../doors/plugin-door.ts";
import { PolicyWorld } from "../doors/policy-world.ts";

let world: PolicyWorld;
let door: PluginDoor;

beforeEach(async () => {
  world = await PolicyWorld.open();
  door = await PluginDoor.open(world);
});
afterEach(() => {
  door.close();
  world.close();
});

describe("the plugin", () => {
  test("has one version: the package's", async () => {
    const info = await door.client.call<InstanceType<typeof pluginMessages.PluginInfo>>(
      "getPluginInfo",
      new empty.Empty(),
    );
    expect(info.getVersion()).toBe(packageVersion());
    const schema = await door.client.call<InstanceType<typeof messages.GetSchemaResponse>>(
      "getSchema",
      new messages.GetSchemaRequest(),
    );
    expect(JSON.parse(schema.getSchema())).toEqual(JSON.parse(JSON.stringify(packageSchema())));
    expect(packageSchema().version).toBe(packageVersion());
  });

  test("takes secrets and previews, and says no to what it does not have", async () => {
    const answer = await door.client.call<InstanceType<typeof messages.ConfigureResponse>>(
      "configure",
      new messages.ConfigureRequest(),
    );
    expect([answer.getAcceptsecrets(), answer.getSupportspreview()]).toEqual([true, true]);
    for (const [call, request] of [
      ["getMapping", new messages.GetMappingRequest()],
      ["construct", new messages.ConstructRequest()],
    ] as const)
      await expect(door.client.call(call, request)).rejects.toMatchObject({
        code: grpc.status.UNIMPLEMENTED,
      });
  });

  test("names the type that it does not know, and what to do", async () => {
    const request = new messages.CheckRequest().setUrn("urn:pulumi:dev::proj::siterecovery:index:Valt::v");
    await expect(door.client.call("check", request)).rejects.toThrow(
      /knows no resource of the type siterecovery:index:Valt\. Use the version of the SDK/,
    );
  });
});

describe("the provider's own settings", () => {
  async function failuresOf(news: Record<string, unknown>): Promise<string[][]> {
    const request = new messages.CheckRequest().setNews(toStruct(news));
    const answer = await door.client.call<InstanceType<typeof messages.CheckResponse>>(
      "checkConfig",
      request,
    );
    return answer.getFailuresList().map((one) => [one.getProperty(), one.getReason()]);
  }

  test("are checked, each with its name", async () => {
    expect(await failuresOf({ home: "/data", version: "0.1.0" })).toEqual([]);
    expect((await failuresOf({ hone: "/data", home: 5 })).sort()).toEqual([
      ["home", "siterecovery:home must be the path of a folder, not 5"],
      ["hone", "siterecovery:hone is not a setting of the provider; did you mean 'home'?"],
    ]);
  });

  test("change in place: replacing the provider would delete what it made", async () => {
    const request = new messages.DiffRequest();
    request.setOldInputs(toStruct({ home: "/a" })).setNews(toStruct({ home: "/b" }));
    const answer = await door.client.call<InstanceType<typeof messages.DiffResponse>>("diffConfig", request);
    expect(answer.getChanges()).toBe(messages.DiffResponse.DiffChanges.DIFF_SOME);
    expect([answer.getDiffsList(), answer.getReplacesList()]).toEqual([["home"], []]);
    request.setNews(toStruct({ home: "/a" }));
    const same = await door.client.call<InstanceType<typeof messages.DiffResponse>>("diffConfig", request);
    expect(same.getChanges()).toBe(messages.DiffResponse.DiffChanges.DIFF_NONE);
  });
});
