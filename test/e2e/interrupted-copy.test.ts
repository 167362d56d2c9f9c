import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Job, Status } from "./status.ts";

const sizeMiB = 768;

/** Waits until the copy has written a good part of the replica, and then some. */
async function waitForBytes(folder: string, bytes: number): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (!fs.existsSync(folder)) continue;
    const files = (fs.readdirSync(folder, { recursive: true }) as string[]).map(
      (name) => `${folder}/${name}`,
    );
    const sizes = files.map((file) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0);
    if (sizes.reduce((sum, size) => sum + size, 0) > bytes) return;
  }
}

describe("`pulumi up` killed during the initial copy", () => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await PulumiProject.make();
    project.addMachine("big1", [{ id: "os", content: diskContent(11, sizeMiB) }]);
    project.define({ machines: [{ name: "big1" }] });
  });
  afterAll(() => project.remove());

  it("finishes the copy the next time without copying finished blocks again", async () => {
    const child = project.startPulumi("up", "--yes", "--skip-preview", "--stack", "test");
    const ended = new Promise((resolve) => child.on("close", resolve));
    await waitForBytes(project.path(".siterecovery", "storage"), 150 * 1024 * 1024);
    process.kill(-child.pid!, "SIGKILL");
    await ended;
    const { items } = await project.json<Status>("status");
    expect(items[0]!.protectionState).toBe("UnprotectedStatesBegin");
    expect(items[0]!.lastRecoveryPoint).toBeNull();

    expect((await project.pulumi("cancel", "--yes", "--stack", "test")).status).toBe(0);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("resuming the protection set-up that was interrupted");
    const [job] = await project.json<Job[]>("jobs", "big1");
    expect([job!.state, job!.attempts]).toEqual(["Succeeded", 2]);
    const copy = job!.tasks.find(({ name }) => name === "StartReplication")!.result!;
    const blocks = (sizeMiB * 16) / 2;
    expect(copy.blocksReused).toBeGreaterThan(blocks / 10);
    expect(copy.blocksSent + copy.blocksReused).toBe(blocks);

    const to = project.path("big1.img");
    expect((await project.siterecovery("export", "big1", "--to", to)).status).toBe(0);
    expect(sha256(to)).toBe(sha256(project.path("hv1", "big1", "os.img")));
    expect((await project.preview()).text).toContain("12 unchanged");
  });
});
