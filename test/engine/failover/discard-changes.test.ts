/** A person gives up what was written at the primary side: the one way on, whatever brings the machine back. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { WaySite } from "../components/way-site.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;
const refusal = {
  code: "ActionNotAllowed",
  message: expect.stringMatching(/discard-primary-changes web1` and this again/) as string,
};

async function make(flow: "S3"): Promise<void> {
  site = await FlowSite.make({ flow, content: randomBytes(4 * block) });
  await site.protect();
}

/** As `dd` does: past every change log. */
function overwrite(image: string): void {
  const file = fs.openSync(image, "r+");
  fs.writeSync(file, randomBytes(block), 0, block, block);
  fs.closeSync(file);
}

const id = (): string => site.itemId();
const commit = (): Promise<void> => site.engine.moves.commit(id(), quiet);
const failOver = (kind: "planned"): Promise<void> =>
  site.engine.moves.failover(id(), { kind, recoveryPoint: "latest" }, quiet);
const isAlert = async (): Promise<boolean> =>
  (await site.engine.viewItem(id())).healthNotes.some(({ code }) => code === "PrimaryDisksChanged");

describe("a person's word that the changes may be overwritten", () => {
  it("[H2F-4] holds for every way back, until the disks are changed again", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await commit();
    const { identities } = site.engine;
    const nothing = {
      code: "ActionNotAllowed",
      message: expect.stringMatching(/nothing to discard/) as string,
    };
    await expect(identities.discardPrimaryChanges(id(), quiet)).rejects.toMatchObject(nothing);
    overwrite(image);
    expect(await identities.discardPrimaryChanges(id(), quiet)).toEqual(["os"]);
    expect(await isAlert()).toBe(false);
    const event = site.engine.events({ limit: 20 }).find(({ code }) => code === "PrimaryChangesDiscarded");
    expect(event?.description).toMatch(/may be overwritten: os/);
    overwrite(image);
    expect(await isAlert()).toBe(true);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject(refusal);
    await identities.discardPrimaryChanges(id(), quiet);
    await site.engine.moves.failback(id(), quiet);
    await commit();
    await expect(identities.discardPrimaryChanges(id(), quiet)).rejects.toMatchObject(nothing);
  });

  it("lets a plan bring its machines back", async () => {
    const ways = await WaySite.make("S6");
    ({ site } = ways);
    await ways.protect();
    await ways.declarePlan();
    const image = site.image();
    await ways.runPlan("PlannedFailover");
    await ways.runPlan("Commit");
    overwrite(image);
    const before = site.hash(image);
    await expect(ways.runPlan("Failback")).rejects.toThrow(/discard-primary-changes web1` and this again/);
    expect([site.hash(image), site.power(site.replica())]).toEqual([before, "running"]);
    await site.engine.identities.discardPrimaryChanges(id(), quiet);
    await ways.runPlan("Failback");
    expect(site.power(image)).toBe("running");
  });

  it("lets a program bring its machine back", async () => {
    await make("S3");
    const image = site.image();
    const handler = handlerOf("protected-item", site.engine);
    const at = (activeLocation: "primary" | "recovery") => ({ ...site.inputs(), activeLocation });
    await handler.update(id(), at("primary"), at("recovery"), quiet);
    overwrite(image);
    const back = (): Promise<unknown> => handler.update(id(), at("recovery"), at("primary"), quiet);
    await expect(back()).rejects.toMatchObject(refusal);
    await site.engine.identities.discardPrimaryChanges(id(), quiet);
    await back();
    expect([site.item().state, site.power(image)]).toEqual(["Protected", "running"]);
  });
});
