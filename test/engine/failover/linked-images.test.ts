/** An image with a second name (a hard link), or that is a link: what is written to it would be in another file. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { whileAside } from "../../../provider/engine/failover/overwritten-disk.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;

async function make(flow: "S3"): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(4 * block) });
  await site.protect();
}

const id = (): string => site.itemId();
const commit = (): Promise<void> => site.engine.moves.commit(id(), quiet);
const failOver = (kind: "planned"): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: "latest" }, quiet);

describe("an image with a second name", () => {
  it("[H2F-4] is an alert, and is written into by no failback", async () => {
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

describe("an image that is a symbolic link to another file of its machine's folder", () => {
  /** Gives the image another name, and leads from its own to it. */
  function link(): string {
    const image = site.image();
    const real = path.join(path.dirname(image), "os-v2.img");
    fs.renameSync(image, real);
    fs.symlinkSync("os-v2.img", image);
    return real;
  }
  const isLink = { code: "PrerequisitesNotMet", message: expect.stringContaining("is a link") as string };

  it("is replicated, is an alert, and is written through by no failback", async () => {
    site = await FlowSite.make({ flow: "S3", content: randomBytes(4 * block) });
    const real = link();
    await site.protect();
    const codes = (await site.engine.viewItem(id())).healthNotes.map(({ code }) => code);
    expect(codes).toContain("ImageIsLink");
    await failOver("planned");
    await commit();
    const before = site.hash(real);
    const { refusals } = await site.engine.moves.foresee(id(), { action: "failback" });
    expect(refusals).toContainEqual(expect.objectContaining(isLink));
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject(isLink);
    expect([site.hash(real), site.power(site.replica())]).toEqual([before, "running"]);
    fs.renameSync(real, site.image());
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(site.power(site.image())).toBe("running");
  });

  it("is written through by no failback that makes the machine again around it", async () => {
    await make("S3");
    await failOver("planned");
    await commit();
    const real = link();
    fs.rmSync(path.join(path.dirname(real), "machine.yaml"));
    const before = site.hash(real);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject(isLink);
    expect([site.hash(real), site.power(site.replica())]).toEqual([before, "running"]);
  });

  it("is written through by no work on a disk under its other name", async () => {
    await make("S3");
    const real = link();
    const before = site.hash(real);
    const work = vi.fn(() => Promise.resolve());
    const done = whileAside(localFileSystem, site.image(), work, () => undefined);
    await expect(done).rejects.toMatchObject(isLink);
    expect(work).not.toHaveBeenCalled();
    expect(site.hash(real)).toBe(before);
  });
});

describe("two disks of a machine in one file", () => {
  it.each([
    ["a hard link", (from: string, to: string) => fs.linkSync(from, to)],
    ["a symbolic link", (from: string, to: string) => fs.symlinkSync(path.basename(from), to)],
  ])("are refused: %s", async (_how, make) => {
    site = await FlowSite.make({ flow: "S3", content: randomBytes(block) });
    const file = path.join(path.dirname(site.image()), "machine.yaml");
    const machine = parse(fs.readFileSync(file, "utf8")) as { disks: object[] };
    machine.disks.push({ id: "data", file: "data.img", role: "data" });
    fs.writeFileSync(file, stringify(machine));
    make(site.image(), path.join(path.dirname(file), "data.img"));
    await expect(site.protect()).rejects.toMatchObject({
      code: "PrerequisitesNotMet",
      message: expect.stringMatching(/disks "os" and "data" of web1 are one file/) as string,
    });
    expect(site.item()).toBeUndefined();
  });
});
