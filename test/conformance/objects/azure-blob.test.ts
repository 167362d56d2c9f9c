import { randomBytes } from "node:crypto";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { AzureBlobObjects } from "../../../provider/drivers/objects-azure-blob/azure-blob-objects.ts";
import type { RemotePorts } from "../../../provider/drivers/remote-ports.ts";
import type { AzureBlobSettings } from "../../../provider/drivers/objects-azure-blob/settings.ts";
import { startFaultProxy } from "../fault-proxy.ts";
import { type AzuriteServer, startAzurite } from "../servers/azurite.ts";
import { expectEndWithRun } from "../servers/ends-with-its-run.ts";
import { describeFaults } from "./describe-faults.ts";
import { describeObjects } from "./describe-objects.ts";
import { fileWith, namesOf, patterned } from "./place-for-tests.ts";

let server: AzuriteServer;

beforeAll(async () => {
  server = await startAzurite();
}, 300_000);

afterAll(() => server.stop());

async function newContainer(): Promise<AzureBlobSettings> {
  const { account, accountKey, port } = server;
  const container = `c${randomBytes(6).toString("hex")}`;
  const endpoint = `http://127.0.0.1:${port}`;
  const key = new StorageSharedKeyCredential(account, accountKey);
  await new ContainerClient(`${endpoint}/${account}/${container}`, key).create();
  return { account, container, endpoint, credentials: { environmentVariable: "KEY" } };
}

function open(settings: AzureBlobSettings, ports: RemotePorts = {}): AzureBlobObjects {
  return new AzureBlobObjects(settings, { environment: { KEY: server.accountKey }, pageSize: 20, ...ports });
}

describeObjects("objects of a container of Azure Storage", async () => {
  const settings = await newContainer();
  return {
    objects: open(settings),
    again: () => open(settings),
    tagsOfEqualContentDiffer: true,
    moreThanAPage: 50,
  };
});

it("puts what is larger than one request in blocks", async () => {
  const objects = open(await newContainer());
  const bytes = patterned(33 * 1_048_576 + 4);
  expect(await objects.put("big", fileWith(bytes), "ifAbsent")).not.toBe("lost");
  expect((await objects.get("big"))?.bytes.equals(bytes)).toBe(true);
  expect(await objects.put("big", fileWith(bytes), "ifAbsent")).toBe("lost");
});

it("makes no container in place of one that is missing", async () => {
  const settings = await newContainer();
  const objects = open({ ...settings, container: "another" });
  for (const work of [
    () => objects.put("one", Buffer.from("x"), "ifAbsent"),
    () => objects.get("one"),
    () => objects.remove(["one"]),
    () => namesOf(objects, ""),
  ]) {
    await expect(work()).rejects.toMatchObject({ code: "TargetUnreachable" });
  }
});

it("says when there is no server, and shows no key", async () => {
  const settings = { ...(await newContainer()), endpoint: "http://127.0.0.1:9" };
  const objects = open(settings, { deadlineMilliseconds: 1000 });
  const error = await objects.get("one").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "TargetUnreachable" });
  expect((error as Error).message).toMatch(/does not answer \(/);
});

it("names the refused credentials, and shows none of them", async () => {
  const settings = await newContainer();
  const wrongKey = randomBytes(64).toString("base64");
  const signature = "sv=2024-11-04&sp=rwdl&sig=canarycanarycanary%3D";
  for (const secret of [wrongKey, signature, `AccountName=x;AccountKey=${wrongKey};`]) {
    const objects = open(settings, { environment: { KEY: secret } });
    const error = await objects.put("one", Buffer.from("x"), "ifAbsent").catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "TargetUnreachable" });
    const { message, stack, cause } = error as Error;
    const shown = JSON.stringify([
      message,
      stack,
      cause,
      objects.place,
      objects.address,
      objects.placeOf("one"),
    ]);
    expect(message).toMatch(/refuses the credentials: it answers 403/);
    for (const canary of [wrongKey, "sig=", "canary", "AccountKey", "SharedKey"]) {
      expect(shown).not.toContain(canary);
    }
  }
});

async function behind(faultOf: Parameters<typeof startFaultProxy>[1], ports: RemotePorts = {}) {
  const settings = await newContainer();
  const proxy = await startFaultProxy(server.port, faultOf);
  onTestFinished(() => proxy.stop());
  const objects = open({ ...settings, endpoint: `http://127.0.0.1:${proxy.port}` }, ports);
  return { objects, proxy, direct: open(settings) };
}

describeFaults("the driver of Azure Storage", { behind });

it("leaves no server behind when a test run is killed", () => expectEndWithRun("azurite.ts", "startAzurite"));
