import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { CycleCounts, Job, Status } from "./status.ts";

const blockSizeBytes = 65_536;

describe("a YAML stack definition, with the real Pulumi CLI", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("db1", [
      { id: "os", content: diskContent(1, 12) },
      { id: "data", content: diskContent(2, 20) },
    ]);
    project.addMachine("web1", [{ id: "os", content: diskContent(3, 16) }]);
    project.define({
      machines: [{ name: "db1" }, { name: "web1" }],
      plans: [{ name: "shop", groups: [["db1"], ["web1"]] }],
    });
  });
  afterAll(() => project.remove());

  it("previews all resources and makes nothing", async () => {
    const preview = await project.preview();
    expect(preview.text).toContain("14 to create");
    expect(preview.status).toBe(0);
    expect(fs.existsSync(project.path(".siterecovery"))).toBe(false);
    expect((await project.siterecovery("status")).text).toMatch(/There is no engine in .*Run `pulumi up`/);
  });

  it("[HW-1] [HW-2a] [HW-3] [H2A-1] [H2A-2] protects both machines with `pulumi up`, with progress", async () => {
    const up = await project.up();
    expect(up.text).toMatch(/initial copy of disk data: 100 % of 20\.0 MiB/);
    expect(up.text).toContain("14 created");
    expect(up.status).toBe(0);
    const { items } = await project.json<Status>("status");
    expect(items.map(({ name, protectionState }) => [name, protectionState])).toEqual([
      ["db1", "Protected"],
      ["web1", "Protected"],
    ]);
    expect(items.every(({ rpoSeconds }) => rpoSeconds !== null && rpoSeconds < 300)).toBe(true);
    const jobs = await project.json<Job[]>("jobs", "db1");
    expect(jobs.map(({ scenario, state }) => [scenario, state])).toEqual([["EnableDr", "Succeeded"]]);
    expect(jobs[0]!.tasks.map(({ name }) => name)).toEqual([
      "PrerequisitesCheck",
      "InstallMobilityService",
      "CreateReplicationRelationship",
      "StartReplication",
      "MergeChanges",
      "FinalizeProtection",
    ]);
  });

  it("[V2A-2] keeps a replica that reads back as the source, byte for byte", async () => {
    for (const [machine, disk] of [
      ["db1", "os"],
      ["db1", "data"],
      ["web1", "os"],
    ] as const) {
      const to = project.path(`${machine}-${disk}.img`);
      const run = await project.siterecovery("export", machine, "--disk", disk, "--to", to);
      expect(run.stdout).toContain("verified");
      expect(sha256(to)).toBe(sha256(project.path("hv1", machine, `${disk}.img`)));
    }
  });

  it("[C-9] keeps no plain text of a disk in the replica", () => {
    const secret = diskContent(3, 1).subarray(4096, 4096 + 64);
    const storage = project.path(".siterecovery", "storage");
    const files = (fs.readdirSync(storage, { recursive: true }) as string[])
      .map((name) => `${storage}/${name}`)
      .filter((name) => fs.statSync(name).isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect(fs.readFileSync(file).includes(secret), file).toBe(false);
  });

  it("[C-9] keeps the keys out of the state, and readable for their owner alone", async () => {
    const keyFile = project.path(".siterecovery", "keys", "replicas.key");
    expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
    const key = fs.readFileSync(keyFile, "utf8");
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(await project.state()).not.toContain(key);
    const database = fs.readFileSync(project.path(".siterecovery", "siterecovery.db"), "latin1");
    expect(database).not.toContain(key);
  });

  it("changes nothing the second time, and copies no byte", async () => {
    const before = project.listing(".siterecovery/storage");
    const up = await project.pulumi("up", "--yes", "--stack", "test");
    expect(up.text).toContain("14 unchanged");
    expect(up.text).not.toMatch(/updated|created|replaced/);
    expect(project.listing(".siterecovery/storage")).toEqual(before);
    expect(await project.json<Job[]>("jobs")).toHaveLength(2);
  });

  it("refreshes without a change", async () => {
    const refresh = await project.pulumi("refresh", "--yes", "--stack", "test");
    expect(refresh.text).toContain("14 unchanged");
    expect((await project.preview()).text).toContain("14 unchanged");
  });

  it("[H2A-3] [HW-4a] sends only the changed blocks of a tracked disk in one replication cycle", async () => {
    const image = project.path("hv1", "web1", "os.img");
    const disk = await openTrackedDisk(image);
    for (const block of [1, 70, 71])
      await disk.write(Buffer.alloc(4096, block), block * blockSizeBytes + 512);
    await disk.flush();
    await disk.close();
    const before = (await project.json<Status>("status")).items.find(({ name }) => name === "web1")!;
    expect(before.pendingBytes).toBe(3 * blockSizeBytes);
    const [outcome] = await project.json<{ cycle: CycleCounts }[]>("replicate", "web1");
    expect(outcome!.cycle.blocksSent).toBe(3);
    expect(outcome!.cycle.bytesChanged).toBe(3 * blockSizeBytes);
    expect(outcome!.cycle.bytesSent).toBeLessThan(4 * blockSizeBytes);
    const points = await project.json<{ id: string }[]>("recovery-points", "web1");
    expect(points).toHaveLength(before.recoveryPointCount + 1);
    await project.siterecovery("export", "web1", "--to", project.path("new.img"));
    expect(sha256(project.path("new.img"))).toBe(sha256(image));
    const older = ["export", "web1", "--recovery-point", points[0]!.id, "--to", project.path("old.img")];
    expect((await project.siterecovery(...older)).status).toBe(0);
    expect(fs.readFileSync(project.path("old.img")).equals(diskContent(3, 16))).toBe(true);
  });

  it("keeps the serialized provider at most 2 KiB and the state at most 6 KiB a resource", async () => {
    const state = JSON.parse(await project.state()) as {
      deployment: { resources: { type: string; inputs?: { __provider?: string } }[] };
    };
    const ours = state.deployment.resources.filter(({ type }) => type.includes("dynamic/siterecovery"));
    expect(ours).toHaveLength(13);
    for (const resource of ours) {
      expect(Buffer.byteLength(resource.inputs!.__provider!)).toBeLessThanOrEqual(2048);
      expect(Buffer.byteLength(JSON.stringify(resource))).toBeLessThanOrEqual(6 * 1024);
    }
  });

  it("destroys everything; the machines stay as they are", async () => {
    const hash = sha256(project.path("hv1", "web1", "os.img"));
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.text).toContain("14 deleted");
    expect(destroy.status).toBe(0);
    expect((await project.json<Status>("status")).items).toEqual([]);
    expect(sha256(project.path("hv1", "web1", "os.img"))).toBe(hash);
    expect(project.listing(".siterecovery/storage").filter((name) => name.includes("machines/"))).toEqual([]);
  });
});
