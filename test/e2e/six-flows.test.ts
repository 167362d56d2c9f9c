import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import * as examples from "../stack/six-flows.ts";
import { diskContent, sha256 } from "./disk-content.ts";
import { PulumiProject } from "./pulumi-project.ts";
import type { Status } from "./status.ts";

async function writeTo(image: string, byte: number): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(Buffer.alloc(5000, byte), 70_000);
  await disk.close();
  return sha256(image);
}

interface Flow {
  readonly text: string;
  readonly machine: string;
  /** The folder that the machine runs in, the one that it fails over to, and the one that it comes back to. */
  readonly from: string;
  readonly to: string;
  readonly home?: string;
  readonly drillNetwork: string;
  /** Azure's word for a failover that waits for its commit: planned where the flow has one. */
  readonly pending: string;
  /** Whether only thorough runs try it: `npm test` has another one that comes and goes in the same way. */
  readonly isThorough?: true;
  /** Whether this one runs out and back by its plan as well. */
  readonly movesPlan?: true;
}

const planned = "PlannedFailoverCommitRequired";
const unplanned = "UnplannedFailoverCommitPendingStatesBegin";
const inAzure = { to: ".siterecovery/azure/dr", drillNetwork: "drill-net" };
const flows: Record<string, Flow> = {
  "S1, VMware to Azure": {
    ...inAzure,
    text: examples.vmwareToAzure,
    machine: "vm1",
    from: "esxi",
    pending: unplanned,
    isThorough: true,
  },
  "S2, physical servers to Azure": {
    ...inAzure,
    text: examples.physicalToAzure,
    machine: "erp1",
    from: "physical",
    home: "esxi",
    pending: unplanned,
  },
  "S3, Hyper-V site to Azure": {
    ...inAzure,
    text: examples.hyperVToAzure,
    machine: "web1",
    from: "inventory/hv2",
    pending: planned,
  },
  "S4, VMM clouds to Azure": {
    ...inAzure,
    text: examples.vmmToAzure,
    machine: "web1",
    from: "hv1",
    pending: planned,
    isThorough: true,
  },
  "S5, VMware to a second site": {
    text: examples.vmwareToSite,
    machine: "vm1",
    from: "esxi",
    to: "esxi-2",
    drillNetwork: "isolated",
    pending: unplanned,
  },
  "S6, VMM clouds to a second VMM site": {
    text: examples.vmmToSite,
    machine: "web1",
    from: "hv1",
    to: "hv2",
    drillNetwork: "isolated",
    pending: planned,
    movesPlan: true,
  },
};

interface Definition {
  machines: Record<string, unknown>[];
  plans: Record<string, unknown>[];
  drills?: object[];
}

let project: PulumiProject;
beforeEach(async () => {
  project = await PulumiProject.make();
  examples.makeSites(project.folder);
});
afterEach(() => project.remove());

async function up(definition: Definition): Promise<void> {
  project.write("siterecovery.yaml", stringify(definition));
  const run = await project.up();
  expect(run.status, run.text).toBe(0);
}

async function command(...words: string[]): Promise<void> {
  const run = await project.siterecovery(...words);
  expect(run.status, run.text).toBe(0);
}

const power = (side: string, machine: string): string => {
  const file = project.path(side, machine, "power-state");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim() : "running";
};

async function stateOf(machine: string): Promise<(string | undefined)[]> {
  const { items } = await project.json<Status>("status");
  const item = items.find(({ name }) => name === machine);
  return [item?.protectionState, item?.activeLocation];
}

async function destroy(): Promise<void> {
  const run = await project.pulumi("destroy", "--yes", "--skip-preview", "--stack", "test");
  expect(run.status, run.text).toBe(0);
}

const isThorough = process.env["SITERECOVERY_THOROUGH"] !== undefined;
const tried = Object.entries(flows).filter(([, flow]) => isThorough || flow.isThorough === undefined);

describe.each(tried)("%s, its example, with the real Pulumi CLI", (_title, flow) => {
  const { text, machine, from, to, home = from, drillNetwork } = flow;
  const image = (side: string, name = machine): string => project.path(side, name, "os.img");
  const edited = (changes: object): Definition => {
    const definition = parse(text) as Definition;
    const machines = definition.machines.map((one) =>
      one["name"] === machine ? { ...one, ...changes } : one,
    );
    return { ...definition, machines, drills: [] };
  };

  it("stands up, is rehearsed, fails over, comes back and is taken down, the same bytes at every step", async () => {
    project.write(`${from}/${machine}/os.img`, diskContent(3, 2));
    const first = sha256(image(from));
    const drills = [{ name: "rehearsal", machine, network: drillNetwork }];
    await up({ ...edited({}), drills });
    expect(await stateOf(machine)).toEqual(["Protected", "primary"]);
    expect(sha256(image(to, `${machine}-test`))).toBe(first);
    expect((await project.preview()).text).toMatch(/Resources:\n +\d+ unchanged/);
    const refresh = await project.pulumi("refresh", "--yes", "--stack", "test");
    expect(refresh.text).toMatch(/Resources:\n +\d+ unchanged/);
    await up(edited({}));
    expect(fs.existsSync(image(to, `${machine}-test`))).toBe(false);
    expect(sha256(image(from))).toBe(first);

    const written = await writeTo(image(from), 0xaa);
    await command("replicate", machine);
    await command("export", machine, "--to", project.path("point.img"));
    expect(sha256(project.path("point.img"))).toBe(written);
    await command("test-failover", machine, "--network", drillNetwork);
    expect(sha256(image(to, `${machine}-test`))).toBe(written);
    await writeTo(image(to, `${machine}-test`), 0x77);
    await command("clean-up", machine);
    expect(fs.existsSync(image(to, `${machine}-test`))).toBe(false);

    await up(edited({ activeLocation: "recovery", failover: { commit: "manual" } }));
    expect(await stateOf(machine)).toEqual([flow.pending, "recovery"]);
    expect(sha256(image(to))).toBe(written);
    expect(sha256(image(from))).toBe(written);
    expect([power(from, machine), power(to, machine)]).toEqual(["off", "running"]);
    await command("commit", machine);

    const changed = await writeTo(image(to), 0x55);
    expect(changed).not.toBe(written);
    await up(edited({ activeLocation: "primary" }));
    expect(sha256(image(home))).toBe(changed);
    expect(power(home, machine)).toBe("running");
    expect(await stateOf(machine)).toEqual(["Protected", "primary"]);
    await writeTo(image(home), 0x33);
    await command("replicate", machine);
    await command("export", machine, "--to", project.path("last.img"));
    expect(sha256(project.path("last.img"))).toBe(sha256(image(home)));

    await destroy();
    expect(sha256(image(home))).toBe(sha256(project.path("last.img")));
  });

  if (flow.movesPlan)
    it("moves its recovery plan out and back by its activeLocation, with what was written on both sides", async () => {
      const moved = (activeLocation: string): Definition => {
        const definition = edited({});
        return { ...definition, plans: definition.plans.map((plan) => ({ ...plan, activeLocation })) };
      };
      project.write(`${from}/${machine}/os.img`, diskContent(5, 2));
      await up(moved("primary"));
      const written = await writeTo(image(from), 0xaa);
      await command("replicate");
      await up(moved("recovery"));
      expect(sha256(image(to))).toBe(written);
      expect([power(from, machine), power(to, machine)]).toEqual(["off", "running"]);
      const changed = await writeTo(image(to), 0x55);
      await up(moved("primary"));
      expect(sha256(image(home))).toBe(changed);
      expect(await stateOf(machine)).toEqual(["Protected", "primary"]);
      await destroy();
      expect(sha256(image(home))).toBe(changed);
    });
});
