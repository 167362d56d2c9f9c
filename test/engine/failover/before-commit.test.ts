import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { FlowId } from "../../../provider/model/flows.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { FlowSite, type FlowSiteOptions } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;

async function make(flow: FlowId, options: Partial<FlowSiteOptions> = {}): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(8 * block), ...options });
}

/** A guest writes: some blocks change through the tracked disk, as a hypervisor or agent would do it. */
async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), 2 * block);
  await disk.write(randomBytes(1000), 5 * block + 17);
  await disk.flush();
  await disk.close();
  return site.hash(image);
}

const moves = (): FlowSite["engine"]["moves"] => site.engine.moves;

async function failOver(kind: "planned" | "unplanned", recoveryPoint = "latest"): Promise<void> {
  await moves().failover(site.itemId(), { kind, recoveryPoint }, quiet);
}

describe("before the commit", () => {
  it("another recovery point can be chosen, and the failover be cancelled", async () => {
    await make("S3");
    await site.protect();
    const first = site.hash(site.image());
    const [point] = await site.engine.recoveryPoints(site.itemId());
    await write(site.image());
    await failOver("planned");
    await moves().changePoint(site.itemId(), point!.id, quiet);
    expect(site.hash(site.replica())).toBe(first);
    expect(site.power(site.replica())).toBe("running");
    const replica = site.replica();
    await write(replica);
    await moves().cancel(site.itemId(), quiet);
    expect(fs.existsSync(replica)).toBe(false);
    expect([site.item().state, site.item().activeLocation, site.power(site.image())]).toEqual([
      "Protected",
      "primary",
      "running",
    ]);
    const changed = await write(site.image());
    await site.engine.replicate(site.itemId(), quiet);
    await failOver("unplanned");
    expect(site.hash(site.replica())).toBe(changed);
  });

  it("a failover to the primary side can be cancelled: the machine goes on at the recovery side", async () => {
    await make("S6");
    await site.protect();
    await failOver("planned");
    await moves().commit(site.itemId(), quiet);
    const written = await write(site.replica());
    await failOver("unplanned");
    await moves().cancel(site.itemId(), quiet);
    expect([site.item().state, site.item().activeLocation]).toEqual(["ReverseProtected", "recovery"]);
    expect([site.power(site.image()), site.power(site.replica())]).toEqual(["off", "running"]);
    await failOver("planned");
    expect(site.hash(site.image())).toBe(written);
  });
});

describe("a machine that is gone from where it was moved to", () => {
  it("keeps the failover from being committed, until it is made again", async () => {
    await make("S3");
    await site.protect();
    await failOver("planned");
    fs.rmSync(path.dirname(site.replica()), { recursive: true });
    await expect(moves().commit(site.itemId(), quiet)).rejects.toThrow(
      /cannot be committed: its machine is gone from Microsoft Azure.*Change the recovery point/,
    );
    const points = await site.engine.recoveryPoints(site.itemId());
    await moves().changePoint(site.itemId(), points.at(-1)!.id, quiet);
    await moves().commit(site.itemId(), quiet);
    expect(site.hash(site.replica())).toBe(site.hash(site.image()));
  });

  it("does so for a failback as well, and says where its disks are whole", async () => {
    await make("S3");
    await site.protect();
    await failOver("planned");
    await moves().commit(site.itemId(), quiet);
    await moves().failback(site.itemId(), quiet);
    const folder = path.dirname(site.image());
    fs.renameSync(folder, path.join(site.folder, "aside"));
    await expect(moves().commit(site.itemId(), quiet)).rejects.toThrow(
      /its machine is gone from london.*its disks of before are whole, and off, in .*azure/,
    );
    fs.renameSync(path.join(site.folder, "aside"), folder);
    await moves().commit(site.itemId(), quiet);
    expect(site.item().state).toBe("FailbackCommitted");
  });
});

describe("a disk that cannot be read where its machine was moved to", () => {
  const codes = async (): Promise<string[]> =>
    (await site.engine.viewItem(site.itemId())).healthNotes.map(
      ({ severity, code }) => `${severity} ${code}`,
    );

  it.each([
    ["is gone", (image: string) => fs.rmSync(image)],
    ["is empty", (image: string) => fs.truncateSync(image)],
    ["is a folder", (image: string) => [fs.rmSync(image), fs.mkdirSync(image)]],
  ])("keeps the points that it can be made from, and is an alert: it %s", async (_how, lose) => {
    await make("S3");
    await site.protect();
    await failOver("planned");
    expect(await codes()).toEqual([]);
    lose(site.replica());
    expect(await codes()).toContain("Critical DiskMissing");
    const before = (await site.engine.recoveryPoints(site.itemId())).length;
    const refused = /cannot be committed: its disk os cannot be read at Microsoft Azure/;
    const foreseen = await site.engine.moves.foresee(site.itemId(), { action: "commit" });
    expect(foreseen.refusals.map(({ message }) => message).join()).toMatch(refused);
    await expect(moves().commit(site.itemId(), quiet)).rejects.toThrow(refused);
    const points = await site.engine.recoveryPoints(site.itemId());
    expect(points).toHaveLength(before);
    await moves().changePoint(site.itemId(), points.at(-1)!.id, quiet);
    expect(await codes()).toEqual([]);
    await moves().commit(site.itemId(), quiet);
    expect(site.hash(site.replica())).toBe(site.hash(site.image()));
  });

  it("does so for a failback as well", async () => {
    await make("S3");
    await site.protect();
    await failOver("planned");
    await moves().commit(site.itemId(), quiet);
    await moves().failback(site.itemId(), quiet);
    expect(await codes()).toEqual([]);
    fs.renameSync(site.image(), `${site.image()}.aside`);
    expect(await codes()).toContain("Critical DiskMissing");
    await expect(moves().commit(site.itemId(), quiet)).rejects.toThrow(
      /its disk os cannot be read at london .*its disks of before are whole, and off, in .*azure/,
    );
    fs.renameSync(`${site.image()}.aside`, site.image());
    await moves().commit(site.itemId(), quiet);
    expect(await codes()).toEqual([]);
  });
});

describe("the other side that was lost", () => {
  const lose = (): string => {
    const paris = path.join(site.folder, "paris");
    fs.renameSync(paris, `${paris}.lost`);
    return paris;
  };

  it("keeps a failover from being cancelled or committed: its machine may run there", async () => {
    await make("S5");
    await site.protect();
    await failOver("unplanned");
    const replica = site.replica();
    const paris = lose();
    const refused = {
      code: "TargetUnreachable",
      message: expect.stringMatching(/paris cannot be reached/) as string,
    };
    await expect(moves().cancel(site.itemId(), quiet)).rejects.toMatchObject(refused);
    await expect(moves().commit(site.itemId(), quiet)).rejects.toMatchObject(refused);
    expect(site.power(site.image())).toBe("off");
    fs.renameSync(`${paris}.lost`, paris);
    expect([site.item().activeLocation, site.power(replica)]).toEqual(["recovery", "running"]);
    await moves().cancel(site.itemId(), quiet);
    expect([fs.existsSync(replica), site.power(site.image())]).toEqual([false, "running"]);
  });

  it("keeps the way back from being cancelled, and the machine runs on where it is", async () => {
    await make("S5");
    await site.protect();
    await failOver("unplanned");
    await moves().commit(site.itemId(), quiet);
    await moves().reverseReplicate(site.itemId(), quiet);
    await failOver("unplanned");
    const paris = lose();
    await expect(moves().cancel(site.itemId(), quiet)).rejects.toMatchObject({ code: "TargetUnreachable" });
    expect([site.item().activeLocation, site.power(site.image())]).toEqual(["primary", "running"]);
    fs.renameSync(`${paris}.lost`, paris);
    await moves().cancel(site.itemId(), quiet);
    expect([site.item().activeLocation, site.power(site.replica())]).toEqual(["recovery", "running"]);
  });
});

describe("a source that was lost", () => {
  it("[HW-5a] is shut down by the first action that finds it again, and is told until then", async () => {
    await make("S3");
    await site.protect();
    const london = path.join(site.folder, "london");
    fs.renameSync(london, `${london}.lost`);
    await failOver("unplanned");
    fs.renameSync(`${london}.lost`, london);
    expect(site.power(site.image())).toBe("running");
    const { healthNotes } = await site.engine.viewItem(site.itemId());
    expect(healthNotes.map(({ text }) => text).join()).toContain("may still run");
    await moves().commit(site.itemId(), quiet);
    expect([site.power(site.image()), site.power(site.replica())]).toEqual(["off", "running"]);
    expect((await site.engine.viewItem(site.itemId())).healthNotes).toEqual([]);
  });
});

describe("a machine of the same name at the second site", () => {
  it("is never taken for the replica", async () => {
    await make("S6");
    await site.protect();
    const other = site.at("paris", "hv1", "web1");
    fs.cpSync(path.dirname(site.image()), other, { recursive: true });
    const before = site.hash(path.join(other, "os.img"));
    await expect(failOver("planned")).rejects.toThrow(/has a machine "web1" on hv1 already/);
    expect(site.hash(path.join(other, "os.img"))).toBe(before);
    expect(site.item().state).toBe("Protected");
    expect(site.power(site.image())).toBe("running");
  });
});

it("a power state that is garbage is noted once", async () => {
  await make("S3");
  await site.protect();
  fs.writeFileSync(path.join(path.dirname(site.image()), "power-state"), "garbage");
  const { healthNotes } = await site.engine.viewItem(site.itemId());
  const texts = healthNotes.map(({ text }) => text).filter((text) => text.includes("power-state"));
  expect(texts).toHaveLength(1);
});
