import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { makeSites, vmmToAzure, vmmToSite, vmwareToAzure, vmwareToSite } from "../stack/six-flows.ts";
import { diskContent, PulumiProject, sha256 } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

async function writeTo(image: string, byte: number): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(Buffer.alloc(5000, byte), 70_000);
  await disk.flush();
  await disk.close();
  return sha256(image);
}

const inAzure = ".siterecovery/azure/dr";

/** A definition, its machine, the folder it runs in, and the folder it fails over to. */
const flows: readonly [flow: string, text: string, machine: string, from: string, to: string][] = [
  ["S1, VMware to Azure", vmwareToAzure, "vm1", "esxi", inAzure],
  ["S4, VMM clouds to Azure", vmmToAzure.replace(/drills:[^]*$/, ""), "web1", "hv1", inAzure],
  ["S5, VMware to a second site", vmwareToSite, "vm1", "esxi", "esxi-2"],
  ["S6, VMM clouds to a second VMM site", vmmToSite.replace(/drills:[^]*$/, ""), "web1", "hv1", "hv2"],
];

describe.each(flows)("%s, from a definition, with the real Pulumi CLI", (_flow, text, machine, from, to) => {
  let project: PulumiProject;
  beforeEach(async () => {
    project = await PulumiProject.make();
    makeSites(project.folder);
    project.write(`${from}/${machine}/os.img`, diskContent(3, 2));
  });
  afterEach(() => project.remove());

  const up = async (change: (text: string) => string): Promise<string> => {
    project.write("siterecovery.yaml", change(text));
    const run = await project.up();
    expect(run.status, run.text).toBe(0);
    return run.text;
  };
  const running = (side: string): string => {
    const file = project.path(side, machine, "power-state");
    return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "running";
  };
  const at = (location: string) => (definition: string) =>
    definition.replace(`{ name: ${machine}`, `{ name: ${machine}, activeLocation: ${location}`);

  it("stands up, fails over with every byte, comes back with what changed, and is taken down", async () => {
    await up((same) => same);
    expect((await project.preview()).text).toMatch(/Resources:\n +\d+ unchanged/);
    const refresh = await project.pulumi("refresh", "--yes", "--stack", "test");
    expect(refresh.text).toMatch(/Resources:\n +\d+ unchanged/);

    const written = await writeTo(project.path(from, machine, "os.img"), 0xaa);
    expect((await project.siterecovery("replicate", machine)).status).toBe(0);
    await up(at("recovery"));
    expect(sha256(project.path(to, machine, "os.img"))).toBe(written);
    expect([running(from), running(to)]).toEqual(["off", "running"]);

    const changed = await writeTo(project.path(to, machine, "os.img"), 0x55);
    await up(at("primary"));
    expect(sha256(project.path(from, machine, "os.img"))).toBe(changed);
    expect(running(from)).toBe("running");
    const { items } = await project.json<Status>("status");
    const item = items.find(({ name }) => name === machine);
    expect([item?.protectionState, item?.activeLocation]).toEqual(["Protected", "primary"]);

    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
    expect(destroy.status, destroy.text).toBe(0);
    expect(sha256(project.path(from, machine, "os.img"))).toBe(changed);
  });
});
