/** An image with a second name (a hard link): what is written to it would change under the other name as well. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
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
