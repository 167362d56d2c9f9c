/**
 * Long work that is ended before it is done, by `customTimeouts` and by Ctrl-C. The initial copy is long here because
 * the line of the process server is narrow; it is never begun anew.
 */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { physicalToAzure } from "../stack/six-flows.ts";
import { writeMachine } from "../machines/machine-folder.ts";
import { declarationsIn, declaredProgram } from "./declared-program.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { makePluginProject } from "./plugin-project.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Job, Status } from "./status.ts";

interface Definition {
  sites: Record<string, unknown>[];
  machines: Record<string, unknown>[];
  drills?: unknown;
}

const sizeMiB = 384;

const doors = [
  ["dynamic resources", "siterecovery", () => PulumiProject.make()],
  ["the plugin", "./classes.js", () => makePluginProject("")],
] as const;

describe.each(doors)("long work through %s, with the real Pulumi CLI", (_door, from, make) => {
  let project: PulumiProject;

  beforeAll(async () => {
    project = await make();
    for (const folder of ["retention", "esxi"]) fs.mkdirSync(project.path(folder));
    writeMachine(project.path("physical"), "erp1");
    const machine = project.path("physical", "erp1");
    const [image] = fs.readdirSync(machine).filter((name) => name.endsWith(".img"));
    fs.writeFileSync(project.path("physical", "erp1", image!), diskContent(23, sizeMiB));
  });
  afterAll(() => project?.remove());

  /** A server that is protected over a line of so many kilobits a second. */
  async function write({ kilobits, create }: { kilobits?: number; create?: string }): Promise<void> {
    const definition = parse(physicalToAzure) as Definition;
    delete definition.drills;
    const bandwidth = kilobits === undefined ? {} : { bandwidth: { limitKilobitsPerSecond: kilobits } };
    definition.sites[0]!["processServers"] = [{ name: "ps-rome", ...bandwidth }];
    definition.machines[0]!["processServer"] = "ps-rome";
    project.write("siterecovery.yaml", stringify(definition));
    const declarations = await declarationsIn(project.folder);
    const item = declarations.find(({ kind }) => kind === "protected-item")!.logicalName;
    const options = create === undefined ? {} : { [item]: { customTimeouts: { create, update: create } } };
    project.write("program/main.ts", declaredProgram(declarations, { from, options }));
  }

  function storedBytes(): number {
    const folder = project.path(".siterecovery", "storage");
    const names = fs.existsSync(folder) ? (fs.readdirSync(folder, { recursive: true }) as string[]) : [];
    const sizes = names.map((name) => fs.statSync(`${folder}/${name}`, { throwIfNoEntry: false })?.size ?? 0);
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  it("customTimeouts end it with one error that names the option; it stays in the state", async () => {
    await write({ kilobits: 80_000, create: "8s" });
    const up = await project.up();
    expect(up.status).not.toBe(0);
    const told = /erp1\S* took longer than the 8 seconds that customTimeouts\.create allows, and was stopped/;
    expect(up.text).toMatch(told);
    expect(up.text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
    expect(up.text).toMatch(/[1-9]\d* created/);
    expect(await project.state()).toContain("customTimeouts.create");
    const { items } = await project.json<Status>("status");
    expect(items[0]!.protectionState).toBe("UnprotectedStatesBegin");
  });

  it("Ctrl-C ends it in order", async () => {
    await write({ kilobits: 80_000, create: "1h" });
    const before = storedBytes();
    const child = project.startPulumi("up", "--yes", "--skip-preview", "--stack", "test");
    let text = "";
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (storedBytes() < before + 30 * 1024 * 1024) {
      expect(child.exitCode, text).toBeNull();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    process.kill(-child.pid!, "SIGINT");
    expect(await ended).not.toBe(0);
    expect(text).toMatch(/Stopped by the user\. What was begun is kept; the next `pulumi up` resumes it/);
    expect(text).not.toMatch(/\n\s+at .*[jt]s:\d+/);
    expect((await project.json<Status>("status")).items[0]!.protectionState).toBe("UnprotectedStatesBegin");
  });

  it("the next update finishes it without sending again what has arrived", async () => {
    await write({ create: "1h" });
    const up = await project.up();
    expect(up.status, up.text).toBe(0);
    const jobs = await project.json<Job[]>("jobs", "erp1");
    const copies = jobs.flatMap(({ tasks }) => tasks.filter(({ name }) => name === "StartReplication"));
    const copy = copies.find(({ result }) => result !== null && result !== undefined)!.result!;
    expect(copy.blocksReused).toBeGreaterThan(512);
    expect(copy.blocksSent + copy.blocksReused).toBe((sizeMiB * 16) / 2);
    const to = project.path("erp1.img");
    expect((await project.siterecovery("export", "erp1", "--to", to)).status).toBe(0);
    const [image] = fs.readdirSync(project.path("physical/erp1")).filter((name) => name.endsWith(".img"));
    expect(sha256(to)).toBe(sha256(project.path("physical/erp1", image!)));
    expect((await project.preview("--expect-no-changes")).status).toBe(0);
    // Options of Pulumi's own are no change of the resource.
    await write({});
    expect((await project.preview("--expect-no-changes")).status).toBe(0);
  });
});
