/** Recovery points as page blobs on a real server, byte by byte, and what is asked of Azure's management. */
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { ContainerClient, type PageBlobClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { Hydrated, HydrateOptions } from "../../../provider/engine/hydrate/hydrate-item.ts";
import { vhdSizeOf } from "../../../provider/images/vhd.ts";
import { startProgram } from "../../cli/run-program.ts";
import { startFaultProxy } from "../../conformance/fault-proxy.ts";
import { type AzuriteServer, newContainer, startAzurite } from "../../conformance/servers/azurite.ts";
import { portsTo, startAzureManagement } from "../../conformance/servers/azure-management.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let server: AzuriteServer;
let site: FlowSite;
let container: HydrateOptions["container"];

beforeAll(async () => {
  server = await startAzurite();
}, 300_000);

afterAll(() => server.stop());
afterEach(() => site.remove());

async function protect(content: Buffer, machine: object = {}): Promise<void> {
  const settings = await newContainer(server);
  container = {
    url: `azblob://${settings.account}/${settings.container}`,
    endpoint: settings.endpoint!,
    credentials: settings.credentials!,
  };
  site = await FlowSite.make({ flow: "S3", content, machine });
  await site.protect();
}

const hydrate = (options: Partial<HydrateOptions> = {}): Promise<Hydrated> =>
  site.engine.hydrate({ itemId: site.itemId(), recoveryPoint: "latest", container, ...options }, quiet);

async function change(...writes: readonly (readonly [number, Buffer])[]): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  for (const [at, bytes] of writes) await disk.write(bytes, at);
  await disk.flush();
  await disk.close();
  await site.engine.replicate(site.itemId(), quiet);
}

function blob(): PageBlobClient {
  const key = new StorageSharedKeyCredential(server.account, server.accountKey);
  const name = container.url.split("/").at(-1)!;
  const url = `http://127.0.0.1:${server.port}/${server.account}/${name}`;
  return new ContainerClient(url, key).getPageBlobClient("web1/os.vhd");
}

const hasQemu = spawnSync("qemu-img", ["--version"]).status === 0;

/** The whole blob is the disk, zeros up to the next MiB, and a footer that `qemu-img` reads. */
async function expectDisk(): Promise<void> {
  const bytes = await blob().downloadToBuffer();
  const content = fs.readFileSync(site.image());
  const imageBytes = vhdSizeOf(content.length);
  expect(bytes.length).toBe(imageBytes + 512);
  expect(bytes.subarray(0, content.length).equals(content)).toBe(true);
  expect(bytes.subarray(content.length, imageBytes).every((byte) => byte === 0)).toBe(true);
  expect(bytes.subarray(imageBytes, imageBytes + 8).toString("latin1")).toBe("conectix");
  expect(bytes.readBigUInt64BE(imageBytes + 48)).toBe(BigInt(imageBytes));
  if (!hasQemu) return;
  const [vhd, raw] = [path.join(site.folder, "blob.vhd"), path.join(site.folder, "raw.img")];
  fs.writeFileSync(vhd, bytes);
  fs.writeFileSync(raw, bytes.subarray(0, imageBytes));
  execFileSync("qemu-img", ["compare", "-f", "vpc", "-F", "raw", vhd, raw]);
}

it("writes a fixed VHD, and later only what changed, with zeros where data was", async () => {
  const content = Buffer.concat([randomBytes(2_500_000), Buffer.alloc(3_000_000), randomBytes(700_001)]);
  await protect(content);
  const planned = await hydrate({ dryRun: true });
  expect(await blob().exists()).toBe(false);
  const first = await hydrate();
  expect(first.disks).toMatchObject([{ diskId: "os", basePointId: undefined, isResumed: false }]);
  expect(first.disks[0]!.bytesWritten).toBe(planned.disks[0]!.bytesWritten);
  expect(first.disks[0]!.bytesWritten).toBeLessThan(3_500_000);
  await expectDisk();

  await change([100_000, randomBytes(1000)], [700_000, Buffer.alloc(200_000)], [3_100_000, randomBytes(10)]);
  const second = await hydrate();
  expect(second.disks[0]).toMatchObject({ basePointId: first.pointId, pointId: second.pointId });
  expect(second.disks[0]!.bytesWritten).toBeLessThanOrEqual(5 * 65_536);
  expect(second.disks[0]!.bytesCleared).toBeGreaterThanOrEqual(2 * 65_536);
  await expectDisk();
  expect((await hydrate()).disks[0]).toMatchObject({ bytesWritten: 0, bytesCleared: 0 });
  expect((await blob().getProperties()).leaseState).toBe("available");
});

it("notices what others have written, and replaces it when asked to", async () => {
  await protect(randomBytes(400_000));
  await hydrate();
  await blob().uploadPages(Buffer.alloc(512, 1), 512, 512);
  await change([0, randomBytes(100)]);
  await expect(hydrate()).rejects.toMatchObject({
    code: "PrerequisitesNotMet",
    message: expect.stringMatching(/was changed by others.*--all/) as string,
  });
  expect((await hydrate({ all: true })).disks[0]).toMatchObject({ basePointId: undefined });
  await expectDisk();
  // A blob that this engine knows nothing of.
  const other = await newContainer(server);
  container = { ...container, url: `azblob://${other.account}/${other.container}` };
  await blob().create(1_048_576);
  await expect(hydrate()).rejects.toMatchObject({ code: "AlreadyExists" });
  await hydrate({ all: true });
  await expectDisk();
});

it("resumes after kill -9, and nobody else has written meanwhile", async () => {
  await protect(randomBytes(60 * 1_048_576));
  let writes = 0;
  const proxy = await startFaultProxy(server.port, (request) => {
    if (request.method !== "PUT" || request.url?.includes("comp=page") !== true) return undefined;
    writes += 1;
    return writes > 6 ? { kind: "silence" } : undefined;
  });
  onTestFinished(() => proxy.stop());
  const words = [
    ...["hydrate", "web1", "--to", "azure", "--container", container.url],
    ...["--endpoint", `http://127.0.0.1:${proxy.port}`, "--credentials-env", "AZURE_KEY_OF_TESTS"],
  ];
  const { child, ended } = startProgram(path.join(site.folder, "home"), ...words);
  await expect.poll(() => writes, { timeout: 60_000 }).toBeGreaterThan(6);
  child.kill("SIGKILL");
  await ended;
  await expect(blob().uploadPages(Buffer.alloc(512, 1), 512, 512)).rejects.toMatchObject({ statusCode: 412 });
  // What replication adds meanwhile is hydrated as well.
  await change([50 * 1_048_576, randomBytes(1000)]);
  const resumed = await hydrate();
  expect(resumed.disks[0]).toMatchObject({ isResumed: true, basePointId: undefined });
  expect(resumed.disks[0]!.bytesWritten).toBeLessThan(50 * 1_048_576);
  await expectDisk();
});

it("makes managed disks and a virtual machine of the blobs, once", async () => {
  const definition = {
    firmware: "uefi",
    guestOs: { family: "windows", name: "Windows Server", version: "2022" },
  };
  await protect(randomBytes(200_000), definition);
  const management = await startAzureManagement();
  const { requests } = management;
  const ports = portsTo(management);
  const azure = {
    ...{ subscriptionId: "sub", resourceGroup: "dr", location: "westeurope" },
    machine: { vmSize: "Standard_B2s", subnetId: "/subscriptions/sub/subnets/recovery" },
  };
  const planned = await hydrate({ azure, ports, dryRun: true });
  expect(requests.filter(({ method }) => method !== "GET")).toEqual([]);
  expect(planned.virtualMachine).toBe("web1");

  const made = await hydrate({ azure, ports });
  const compute = "/subscriptions/sub/resourceGroups/dr/providers/Microsoft.Compute";
  const diskName = `web1-os-${made.pointId.slice(0, 8)}`;
  expect(made).toMatchObject({
    disks: [{ managedDisk: `${compute}/disks/${diskName}` }],
    virtualMachine: `${compute}/virtualMachines/web1`,
  });
  expect(requests.every(({ hasToken }) => hasToken)).toBe(true);
  const puts = requests.filter(({ method }) => method === "PUT");
  expect(puts).toMatchObject([
    {
      path: `${compute}/disks/${diskName}`,
      body: {
        location: "westeurope",
        properties: {
          osType: "Windows",
          hyperVGeneration: "V2",
          creationData: {
            createOption: "Import",
            sourceUri: blob().url,
            storageAccountId: `/subscriptions/sub/resourceGroups/dr/providers/Microsoft.Storage/storageAccounts/${server.account}`,
          },
        },
      },
    },
    {
      path: `${compute}/virtualMachines/web1`,
      body: {
        location: "westeurope",
        properties: {
          hardwareProfile: { vmSize: "Standard_B2s" },
          storageProfile: {
            osDisk: {
              createOption: "Attach",
              osType: "Windows",
              managedDisk: { id: `${compute}/disks/${diskName}` },
            },
          },
        },
      },
    },
  ]);
  await expect(hydrate({ azure, ports })).rejects.toMatchObject({
    code: "AlreadyExists",
    message: expect.stringMatching(/There is a virtual machine web1 .* already/) as string,
  });
  const { machine: _machine, ...disksOnly } = azure;
  await hydrate({ azure: disksOnly, ports });
  expect(requests.filter(({ method }) => method === "PUT")).toHaveLength(2);
});

it("takes page blobs in Azure Storage only", async () => {
  await protect(randomBytes(1000));
  await expect(hydrate({ container: { url: "s3://some-bucket" } })).rejects.toMatchObject({
    code: "InvalidInput",
    property: "--container",
  });
});
