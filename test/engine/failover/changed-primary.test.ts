/** What is written to the disks at the primary side after a failover is overwritten by no way back without a person's word. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/engine/flows.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";
import { Hosts } from "../more-hosts.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;
const refusal = {
  code: "ActionNotAllowed",
  message: expect.stringMatching(
    /changed after its failover.*failback web1 --discard-primary-changes/s,
  ) as string,
};

async function make(flow: FlowId): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(4 * block) });
  await site.protect();
}

/** As `dd` does: past every change log. */
function overwrite(image: string): void {
  const file = fs.openSync(image, "r+");
  fs.writeSync(file, randomBytes(block), 0, block, block);
  fs.closeSync(file);
}

async function write(image: string): Promise<void> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), block);
  await disk.flush();
  await disk.close();
}

const id = (): string => site.itemId();
const commit = (): Promise<void> => site.engine.moves.commit(id(), quiet);
const failOver = (kind: "planned" | "unplanned", change = {}): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: "latest", ...change }, quiet);
const isAlert = async (): Promise<boolean> =>
  (await site.engine.viewItem(id())).healthNotes.some(({ code }) => code === "PrimaryDisksChanged");

/** Neither the foresight nor the job lets the move begin, and nothing is shut down. */
async function expectRefused(image: string, move: "failback" | "planned" | "unplanned"): Promise<void> {
  const before = site.hash(image);
  const foreseen = await site.engine.moves.foresee(
    id(),
    move === "failback"
      ? { action: "failback" }
      : { action: "failover", kind: move, recoveryPoint: "latest" },
  );
  expect(foreseen.refusals).toContainEqual(expect.objectContaining(refusal));
  const run = move === "failback" ? site.engine.moves.failback(id(), quiet) : failOver(move);
  await expect(run).rejects.toMatchObject(refusal);
  expect(site.power(site.replica())).toBe("running");
  expect(site.hash(image)).toBe(before);
}

describe("disks that were changed at the primary side after the failover", () => {
  it("[H2F-4] by a source that came back and ran beside its replica", async () => {
    await make("S3");
    const hosts = new Hosts(site);
    const image = site.image();
    const bringBack = hosts.away(hosts.first);
    await failOver("unplanned");
    bringBack();
    await write(image);
    expect(await isAlert()).toBe(true);
    await commit();
    expect(site.power(image)).toBe("off");
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "failback");
    const replica = site.replica();
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(site.hash(image)).toBe(site.hash(replica));
    expect(await isAlert()).toBe(false);
  });

  it.each(["planned", "unplanned"] as const)("by a program, after a failover: %s", async (kind) => {
    await make("S3");
    const image = site.image();
    // An unplanned failover says itself that this is lost.
    if (kind === "unplanned") await write(image);
    await failOver(kind);
    await commit();
    expect(await isAlert()).toBe(false);
    expect((await site.engine.moves.foresee(id(), { action: "failback" })).refusals).toEqual([]);
    overwrite(image);
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "failback");
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(site.power(image)).toBe("running");
  });

  it("by a writer that had the disk open and went on after the planned shut-down", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await write(image);
    await commit();
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "failback");
  });

  it("are remembered by a way back that was seeded from them", async () => {
    await make("S6");
    const image = site.image();
    await failOver("unplanned");
    await commit();
    overwrite(image);
    const later = await site.engine.moves.foreseeAll(id(), [
      { action: "reverseReplicate" },
      { action: "failover", kind: "planned", recoveryPoint: "latest" },
    ]);
    expect(later[1]!.refusals).toContainEqual(expect.objectContaining(refusal));
    await site.engine.moves.reverseReplicate(id(), quiet);
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "planned");
    await expectRefused(image, "unplanned");
    await failOver("planned", { discardPrimaryChanges: true });
    expect(await isAlert()).toBe(false);
  });

  it("after the way back was seeded from them", async () => {
    await make("S6");
    const image = site.image();
    await failOver("planned");
    await commit();
    if (!site.item().details.reverse) await site.engine.moves.reverseReplicate(id(), quiet);
    expect(await isAlert()).toBe(false);
    overwrite(image);
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "planned");
  });
});

describe("an image with a second name", () => {
  it("is an alert, and is written into by no failback", async () => {
    await make("S3");
    const image = site.image();
    const second = `${site.folder}/second.img`;
    fs.linkSync(image, second);
    const codes = (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);
    expect(codes).toContain("ImageHasLinks");
    await failOver("planned");
    await commit();
    const links = { code: "PrerequisitesNotMet", message: expect.stringContaining("2 names") as string };
    const { refusals } = await site.engine.moves.foresee(id(), { action: "failback" });
    expect(refusals).toContainEqual(expect.objectContaining(links));
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject(links);
    expect(site.power(site.replica())).toBe("running");
    fs.rmSync(second);
    // A name less is a change of the file, not of what is in it; that is for a person to say.
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(site.power(image)).toBe("running");
  });

  it("is written into by no failback that makes the machine again around it", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await commit();
    fs.rmSync(path.join(path.dirname(image), "machine.yaml"));
    fs.linkSync(image, `${site.folder}/second.img`);
    const before = site.hash(image);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toThrow(/2 names/);
    expect([site.hash(image), site.power(site.replica())]).toEqual([before, "running"]);
  });

  it("is protected once", async () => {
    site = await FlowSite.make({ flow: "S3", content: randomBytes(4 * block), machines: ["web1", "web2"] });
    await site.protect();
    fs.rmSync(site.image("web2"));
    fs.linkSync(site.image(), site.image("web2"));
    await expect(site.protect("web2")).rejects.toThrow(/same file as .*web1.*hard link/s);
    expect(site.item("web2")).toBeUndefined();
  });
});
