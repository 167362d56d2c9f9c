/** A site of several hosts: a host, or a machine's folder, that is away for a time, and machines that look alike. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { nameOf } from "../../../provider/arm-id.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { FlowSite } from "../flow-site.ts";
import { Hosts } from "../more-hosts.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
let hosts: Hosts;
afterEach(() => site.remove());

const block = 65_536;

async function make(flow: FlowId, ...more: string[]): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(4 * block) });
  hosts = new Hosts(site);
  for (const name of more) await hosts.add(name);
}

async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), block);
  await disk.flush();
  await disk.close();
  return site.hash(image);
}

const id = (): string => site.itemId();
const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);
const failOver = (kind: "planned" | "unplanned" = "unplanned"): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: "latest" }, quiet);
const commit = (): Promise<void> => site.engine.moves.commit(id(), quiet);

async function newestPoint(): Promise<string> {
  const point = (await site.engine.recoveryPoints(id())).at(-1)!;
  const out = path.join(site.folder, "out.img");
  fs.rmSync(out, { force: true });
  const choice = { recoveryPoint: point.id, itemId: id(), diskId: "os", toPath: out };
  await site.engine.points.export(choice, quiet);
  return site.hash(out);
}

describe("a host that dies with its machine", () => {
  it("[HW-5a] may come back at any time: the source is shut down by the first action that sees it, and an alert until then", async () => {
    await make("S3", "hv2");
    await site.protect();
    const image = site.image();
    const bringBack = hosts.away(hosts.first);
    await failOver();
    await commit();
    expect(site.item().details.isSourceUnfenced).toBe(true);
    expect(await codes()).toContain("SourceUnfenced");
    bringBack();
    expect([site.power(image), site.power(site.replica())]).toEqual(["running", "running"]);
    expect(await codes()).toContain("SecondActiveMachine");
    expect(await site.engine.identities.confirmSourceOff(id(), quiet)).toBe("seen off");
    expect([site.power(image), site.power(site.replica())]).toEqual(["off", "running"]);
    expect(await codes()).toEqual([]);
    const events = site.engine.events({ limit: 50 }).map(({ code }) => code);
    expect(events).toContain("SecondActiveMachineShutDown");
  });

  it("is not failed back to another host while it may come back, unless a person says that it will not", async () => {
    await make("S3", "hv2");
    await site.protect();
    const image = site.image();
    const bringBack = hosts.away(hosts.first);
    await failOver();
    await commit();
    const written = await write(site.replica());
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject({
      code: "SourceUnreachable",
      message: expect.stringMatching(/does not answer.*confirm-source-off web1.*--to-host/) as string,
    });
    expect(site.power(site.replica())).toBe("running");
    expect(await site.engine.identities.confirmSourceOff(id(), quiet)).toBe("confirmed");
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toThrow(/Say where it is to be made/);
    await site.engine.moves.failback(id(), quiet, { toHost: "hv2" });
    await commit();
    await site.engine.moves.reverseReplicate(id(), quiet);
    const second = path.join(site.folder, "london", "hv2", "web1", "os.img");
    expect(site.hash(second)).toBe(written);
    bringBack();
    expect([site.power(image), site.power(second)]).toEqual(["running", "running"]);
    expect(await codes()).toContain("DuplicateMachine");
    // The next action shuts the machine of before down, and the one in production is what is replicated.
    const later = await write(second);
    await site.engine.replicate(id(), quiet);
    expect([site.power(image), site.power(second)]).toEqual(["off", "running"]);
    expect(await newestPoint()).toBe(later);
    expect(await codes()).toEqual(["FormerMachine"]);
  });

  it("is not taken for gone because a host beside it answers", async () => {
    await make("S1", "second", "third");
    await site.protect();
    hosts.away(hosts.first);
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject({
      code: "SourceUnreachable",
      message: expect.stringContaining("does not answer") as string,
    });
    expect(await codes()).toContain("HostUnreachable");
  });
});

describe("a machine whose folder alone is away", () => {
  it("keeps the mark of a source that was never seen off, until it is", async () => {
    await make("S3");
    await site.protect();
    const image = site.image();
    const bringBack = hosts.away(hosts.first);
    await failOver();
    // The host answers again, and its volume with the machine is not mounted yet.
    fs.mkdirSync(hosts.first);
    await commit();
    expect(site.item().details.isSourceUnfenced).toBe(true);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toThrow(/confirm-source-off web1/);
    fs.rmdirSync(path.dirname(path.dirname(image)));
    bringBack();
    expect([site.power(image), await codes()]).toEqual([
      "running",
      expect.arrayContaining(["SourceUnfenced", "SecondActiveMachine"]),
    ]);
    await site.engine.moves.failback(id(), quiet);
    expect([site.power(image), site.power(site.replica())]).toEqual(["running", "off"]);
  });

  it("is missing while it is to run there, which is an alert", async () => {
    await make("S6", "hv2");
    await site.protect();
    const bringBack = hosts.away(path.dirname(site.image()));
    await expect(site.engine.replicate(id(), quiet)).rejects.toThrow(/is missing.*It was on hv1/);
    expect(await codes()).toContain("MachineMissing");
    bringBack();
    await site.engine.replicate(id(), quiet);
    expect(await codes()).toEqual([]);
  });
});

describe("which machine it is", () => {
  it("does not depend on the name of its folder, nor on its host", async () => {
    await make("S3", "hv2");
    await site.protect();
    const folder = path.dirname(site.image());
    fs.renameSync(folder, path.join(hosts.first, "renamed"));
    await site.engine.replicate(id(), quiet);
    expect(site.item().details.machine?.folderName).toBe("renamed");
    fs.renameSync(path.join(hosts.first, "renamed"), path.join(site.folder, "london", "hv2", "web1"));
    const written = await write(path.join(site.folder, "london", "hv2", "web1", "os.img"));
    await site.engine.replicate(id(), quiet);
    expect(await newestPoint()).toBe(written);
    expect(await codes()).toEqual([]);
  });

  it.each(["S1", "S3", "S6"] as const)(
    "is a person's decision in %s once a copy of it is on a second host",
    async (flow) => {
      await make(flow, "other");
      await site.protect();
      const image = site.image();
      const copy = path.join(site.folder, "london", "other", "web1");
      hosts.copy(path.dirname(image), copy);
      await write(path.join(copy, "os.img"));
      const before = (await site.engine.recoveryPoints(id())).length;
      await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject({ code: "DuplicateName" });
      expect((await site.engine.recoveryPoints(id())).length).toBe(before);
      expect(await codes()).toContain("DuplicateMachine");
      const host = nameOf(site.item().details.machine!.hostId);
      await site.engine.identities.chooseMachine(id(), { host }, quiet);
      const written = await write(image);
      await site.engine.replicate(id(), quiet);
      expect(await newestPoint()).toBe(written);
      expect(await codes()).toEqual([]);
    },
  );

  it("is not the machine of the same name that another host got meanwhile", async () => {
    await make("S3", "hv2");
    await site.protect();
    const other = path.join(site.folder, "london", "hv2", "web1");
    hosts.copy(path.dirname(site.image()), other);
    fs.rmSync(path.join(other, "machine-id"));
    hosts.away(path.dirname(site.image()));
    const before = site.hash(path.join(other, "os.img"));
    await expect(site.engine.replicate(id(), quiet)).rejects.toThrow(
      /is missing.*Another machine has its name.*choose-machine web1 --host hv2/,
    );
    await failOver();
    await commit();
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toThrow(/confirm-source-off web1/);
    await site.engine.identities.confirmSourceOff(id(), quiet);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject({ code: "DuplicateName" });
    expect([site.hash(path.join(other, "os.img")), site.power(path.join(other, "os.img"))]).toEqual([
      before,
      "running",
    ]);
  });

  it("is not a machine without an id that came into its place while it ran at the recovery side", async () => {
    await make("S3");
    await site.protect();
    const folder = path.dirname(site.image());
    await failOver("planned");
    await commit();
    hosts.copy(folder, `${folder}-old`);
    fs.rmSync(folder, { recursive: true });
    hosts.copy(`${folder}-old`, folder);
    fs.rmSync(path.join(folder, "machine-id"));
    fs.rmSync(`${folder}-old`, { recursive: true });
    fs.writeFileSync(site.image(), randomBytes(4 * block));
    const before = site.hash(site.image());
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject({
      code: "DuplicateName",
      message: expect.stringMatching(/put back without its id.*choose-machine web1 --host/s) as string,
    });
    expect([site.hash(site.image()), site.power(site.replica())]).toEqual([before, "running"]);
    expect(fs.existsSync(path.join(folder, "machine-id"))).toBe(false);
    expect(await codes()).toContain("SourceMissing");
    const host = nameOf(site.item().details.machine!.hostId);
    await site.engine.identities.chooseMachine(id(), { host }, quiet);
    // A person's word makes it the machine; what is on its disks was not sent, and is kept until it is given up.
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toThrow(/discard-primary-changes web1/);
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(site.hash(site.image())).toBe(site.hash(site.replica()));
  });

  it("is named by its folder where one host has two that could be it", async () => {
    await make("S3");
    await site.protect();
    const folder = path.dirname(site.image());
    const renamed = path.join(hosts.first, "web9");
    hosts.copy(folder, `${folder}-new`);
    fs.rmSync(path.join(`${folder}-new`, "machine-id"));
    fs.renameSync(folder, renamed);
    fs.renameSync(`${folder}-new`, folder);
    const { hostId, machineId } = site.item().details.machine!;
    const host = nameOf(hostId);
    const { identities } = site.engine;
    await expect(identities.chooseMachine(id(), { host }, quiet)).rejects.toMatchObject({
      code: "DuplicateName",
      message: expect.stringMatching(
        /web1 on .* without an id, web9 on .* with its id.*--folder <name>/s,
      ) as string,
    });
    await expect(identities.chooseMachine(id(), { host, folder: "web7" }, quiet)).rejects.toMatchObject({
      code: "NotFound",
    });
    await identities.chooseMachine(id(), { host, folder: "web9" }, quiet);
    expect(site.item().details.machine).toMatchObject({ machineId, folderName: "web9" });
    const written = await write(path.join(renamed, "os.img"));
    await site.engine.replicate(id(), quiet);
    expect([await newestPoint(), await codes()]).toEqual([written, []]);
  });

  it("is not a copy that took the machine's own place in its folder", async () => {
    await make("S3");
    await site.protect();
    const folder = path.dirname(site.image());
    fs.renameSync(folder, `${folder}-old`);
    hosts.copy(`${folder}-old`, folder);
    await expect(site.engine.replicate(id(), quiet)).rejects.toMatchObject({ code: "DuplicateName" });
    fs.rmSync(`${folder}-old`, { recursive: true });
    await site.engine.replicate(id(), quiet);
  });

  it("is not protected while two hosts have one of that name", async () => {
    await make("S3", "hv2");
    hosts.copy(path.dirname(site.image()), path.join(site.folder, "london", "hv2", "web1"));
    await expect(site.protect()).rejects.toMatchObject({ code: "DuplicateName" });
    expect(site.item()).toBeUndefined();
  });

  it("is another one where a protected machine's folder was copied to make a new machine", async () => {
    await make("S3");
    await site.protect();
    const folder = path.dirname(site.image());
    const clone = path.join(hosts.first, "web2");
    hosts.copy(folder, clone);
    const file = path.join(clone, "machine.yaml");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("name: web1", "name: web2"));
    await site.protect("web2");
    expect(site.item("web2").details.machine?.machineId).not.toBe(site.item().details.machine?.machineId);
    hosts.away(folder);
    await expect(site.engine.replicate(id(), quiet)).rejects.toThrow(/web1 is missing|web1 of london/);
  });
});
