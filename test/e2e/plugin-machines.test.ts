import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePluginProject } from "./plugin-project.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { type PulumiProject } from "./pulumi-project.ts";
import type { Job, Status } from "./status.ts";

/** The first program of docs/programs.md, with its resources from the plugin. */
function readmeProgram(): string {
  const page = fs.readFileSync(path.resolve(import.meta.dirname, "../../docs/programs.md"), "utf8");
  const program = /```ts\n([^]*?)```/.exec(page)![1]!;
  return program.replace('from "siterecovery"', 'from "./classes.js"').replace("machines/hv1", "hv1");
}

/** Waits until the copy has written so much of the replica. */
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

/** Processes of this package's plugin that a project started: its folder is in their environment. */
function pluginsOf(project: PulumiProject): string[] {
  const command = path.resolve(import.meta.dirname, "../../bin/pulumi-resource-siterecovery");
  const lines = execFileSync("ps", ["axeww", "-o", "args="], { encoding: "utf8" }).split("\n");
  return lines.filter((line) => line.includes(command) && line.includes(project.folder));
}

describe("machines through the plugin, with the real Pulumi CLI", () => {
  let project: PulumiProject;
  const program = readmeProgram();

  beforeAll(async () => {
    project = await makePluginProject(program);
    project.addMachine("web1", [{ id: "os", content: diskContent(5, 768) }]);
  });
  afterAll(() => project.remove());

  it("Ctrl-C during the initial copy ends it in order; the next `up` goes on with it", async () => {
    const child = project.startPulumi("up", "--yes", "--skip-preview", "--stack", "test");
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const ended = new Promise((resolve) => child.on("close", resolve));
    await waitForBytes(project.path(".siterecovery", "storage"), 100 * 1024 * 1024);
    process.kill(-child.pid!, "SIGINT");
    expect(await ended).not.toBe(0);
    expect(text).toMatch(/Stopped by the user\. What was begun is kept; the next `pulumi up` resumes it/);
    expect(pluginsOf(project)).toEqual([]);
    expect((await project.json<Status>("status")).items[0]!.protectionState).toBe("UnprotectedStatesBegin");

    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const jobs = await project.json<Job[]>("jobs", "web1");
    const copies = jobs.flatMap(({ tasks }) => tasks.filter(({ name }) => name === "StartReplication"));
    expect(copies[0]!.result!.blocksReused).toBeGreaterThan(0);
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
  });

  it("a change of activeLocation says in the preview what is going to happen, and then it happens", async () => {
    project.write(
      "program/main.ts",
      program.replace('activeLocation: "primary"', 'activeLocation: "recovery"'),
    );
    const preview = await project.preview("--diff");
    expect(preview.text).toMatch(/web1.*planned failover/);
    expect(preview.text).toMatch(/activeLocation: "primary" => "recovery"/);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect(up.text).toContain("1 updated");
    const replica = project.path(".siterecovery/azure/dr/web1/os.img");
    expect(sha256(replica)).toBe(sha256(project.path("hv1/web1/os.img")));
  });

  it("taking the text back moves the machine back", async () => {
    project.write("program/main.ts", program);
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    expect((await project.json<Status>("status")).items[0]!.activeLocation).toBe("primary");
    expect((await project.preview()).text).toMatch(/\d+ unchanged/);
  });

  it("a killed CLI leaves no plugin behind", async () => {
    const child = project.startPulumi("up", "--yes", "--skip-preview", "--stack", "test");
    let hasEnded = false;
    const ended = new Promise<void>((resolve) =>
      child.on("close", () => {
        hasEnded = true;
        resolve();
      }),
    );
    while (pluginsOf(project).length === 0) {
      expect(hasEnded, "the update ended before its plugin was seen").toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await ended;
    for (let tries = 0; pluginsOf(project).length > 0 && tries < 500; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(pluginsOf(project)).toEqual([]);
  });
});
