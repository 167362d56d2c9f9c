import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Job, Status } from "./status.ts";

async function writeTo(image: string, byte: number, offset: number): Promise<void> {
  const disk = await openTrackedDisk(image);
  await disk.write(Buffer.alloc(5000, byte), offset);
  await disk.flush();
  await disk.close();
}

describe("drills, failover and failback, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const source = (): string => project.path("hv1", "web1", "os.img");
  const replica = (): string => project.path(".siterecovery", "azure", "dr", "web1", "os.img");
  const web1 = async (): Promise<Status["items"][number]> => (await project.json<Status>("status")).items[0]!;
  const define = (machine: object, more: object = {}): void =>
    project.define({ machines: [{ name: "web1", ...machine }], ...more });

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("web1", [{ id: "os", content: diskContent(7, 16) }]);
    define({});
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
  });
  afterAll(() => project.remove());

  it("[HW-3] [V2F-1] runs a drill as a resource, into an isolated network, and cleans it up", async () => {
    const before = { source: sha256(source()), points: (await web1()).recoveryPointCount };
    define({}, { drills: [{ name: "rehearsal", machine: "web1", network: "drill-net" }] });
    const up = await project.up();
    expect(up.text).toMatch(/Drill drill\/rehearsal created/);
    const test = project.path(".siterecovery", "azure", "dr", "web1-test");
    expect(sha256(`${test}/os.img`)).toBe(before.source);
    expect(fs.readFileSync(`${test}/machine.yaml`, "utf8")).toContain("network: drill-net");
    expect(fs.readFileSync(`${test}/power-state`, "utf8")).toBe("running\n");
    expect((await web1()).allowedOperations).toEqual(["TestFailoverCleanup"]);
    const state = await project.state();
    expect(state).toContain('"measuredRtoSeconds"');
    expect(state).toContain(before.source);

    define({});
    const down = await project.up();
    expect(down.text).toMatch(/Drill drill\/rehearsal deleted/);
    expect(fs.existsSync(test)).toBe(false);
    expect(sha256(source())).toBe(before.source);
    const after = await web1();
    expect([after.testFailoverState, after.recoveryPointCount]).toEqual(["None", before.points]);
  });

  it("refuses a drill in a network that machines fail over to", async () => {
    const run = await project.siterecovery("test-failover", "web1", "--network", "recovery-net");
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/cannot use recovery-net: machines fail over to that network for real/);
    expect((await web1()).testFailoverState).toBe("None");
  });

  it("says in a preview which failover would run, and runs none", async () => {
    define({ activeLocation: "recovery", failover: { commit: "manual" } });
    const preview = await project.preview();
    expect(preview.text).toMatch(/planned failover to the recovery side.*source is shut down first/);
    expect(preview.text).toContain("1 to update");
    expect(preview.text).not.toContain("replace");
    expect((await web1()).activeLocation).toBe("primary");
  });

  it("[H2F-1] [HW-5a] [HW-5b] fails over planned: source off, last delta, identical disk, commit pending", async () => {
    await writeTo(source(), 0xaa, 3 * 1024 * 1024 + 17);
    const up = await project.up();
    expect(up.text).toContain("1 updated");
    expect(up.text).not.toContain("replaced");
    expect(fs.readFileSync(project.path("hv1", "web1", "power-state"), "utf8")).toBe("off\n");
    expect(sha256(replica())).toBe(sha256(source()));
    const item = await web1();
    expect([item.protectionState, item.activeLocation]).toEqual([
      "PlannedFailoverCommitRequired",
      "recovery",
    ]);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
  });

  it("[H2F-3] commits when the program says automatic", async () => {
    define({ activeLocation: "recovery", failover: { commit: "automatic" } });
    const up = await project.up();
    expect(up.text).toContain("1 updated");
    const item = await web1();
    expect([item.protectionState, item.recoveryPointCount]).toEqual(["PlannedFailoverStatesBegin", 1]);
    const { stdout } = await project.pulumi("stack", "output", "machines", "--json", "--stack", "test");
    expect(JSON.parse(stdout)).toEqual({ web1: "recovery" });
  });

  it("refuses to drop the way back while the machine runs at the recovery side", async () => {
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status).not.toBe(0);
    expect(destroy.text).toMatch(/web1 runs at the recovery side; disabling protection now would drop/);
    expect(destroy.text).not.toMatch(/\n\s+at .*\.js:\d+/);
    expect((await web1()).activeLocation).toBe("recovery");
  });

  it("[H2F-4] [HW-5c] fails back: what changed in Azure comes home, and the machine is protected again", async () => {
    await writeTo(replica(), 0x55, 9 * 1024 * 1024 + 1);
    const wanted = sha256(replica());
    define({ activeLocation: "primary" });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).not.toContain("replaced");
    expect(sha256(source())).toBe(wanted);
    const item = await web1();
    expect([item.protectionState, item.activeLocation]).toEqual(["Protected", "primary"]);
    expect(fs.existsSync(replica())).toBe(false);
    const jobs = await project.json<Job[]>("jobs", "web1");
    expect(jobs.slice(0, 3).map(({ scenario }) => scenario)).toEqual([
      "ReverseReplication",
      "CommitFailover",
      "Failback",
    ]);
  });

  it("fails over and back a second time, with the first cycle's data in place", async () => {
    await writeTo(source(), 0x11, 1024);
    define({ activeLocation: "recovery" });
    expect((await project.up()).status).toBe(0);
    expect(sha256(replica())).toBe(sha256(source()));
    await writeTo(replica(), 0x22, 2048);
    const wanted = sha256(replica());
    define({ activeLocation: "primary" });
    expect((await project.up()).status).toBe(0);
    expect(sha256(source())).toBe(wanted);
  });

  it("[H2F-4] makes the on-premises machine again when it is gone", async () => {
    define({ activeLocation: "recovery" });
    expect((await project.up()).status).toBe(0);
    fs.rmSync(project.path("hv1", "web1"), { recursive: true });
    const wanted = sha256(replica());
    define({ activeLocation: "recovery" });
    expect((await project.preview()).text).toContain("unchanged");
    // The definition's own check wants the machine at the primary side, where it is about to be made.
    const run = await project.siterecovery("failback", "web1");
    expect(run.stdout).toContain("web1 runs at the primary side and is protected again");
    expect(sha256(source())).toBe(wanted);
  });

  it("[H2F-1] fails over unplanned from the latest recovery point, without what came after it", async () => {
    define({ activeLocation: "primary" });
    expect((await project.up()).status).toBe(0);
    const atPoint = sha256(source());
    await writeTo(source(), 0x77, 4096);
    define({ activeLocation: "recovery", failover: { kind: "unplanned" } });
    expect((await project.preview()).text).toMatch(/unplanned failover.*from latest/);
    expect((await project.up()).status).toBe(0);
    expect(sha256(replica())).toBe(atPoint);
    expect((await web1()).protectionState).toBe("UnplannedFailoverCommitted");
    define({ activeLocation: "primary", failover: { kind: "unplanned" } });
    expect((await project.up()).status).toBe(0);
    expect(sha256(source())).toBe(atPoint);
  });
});
