/** What is written to the disks at the primary side after a failover is overwritten by no way back without a person's word. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";
import { Hosts } from "../more-hosts.ts";
import { backUpDatabase } from "../failover/back-up-database.ts";

let site: FlowSite;
afterEach(() => site.remove());

const block = 65_536;
const refusal = {
  code: "ActionNotAllowed",
  message: expect.stringMatching(
    /changed after its failover.*`siterecovery discard-primary-changes web1` and this again/s,
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
  it("[H2F-4] are noticed after a failback that was rolled back as well", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await commit();
    const limit = new AbortController();
    const failed = site.engine.moves.failback(id(), {
      ...quiet,
      signal: limit.signal,
      report: (line) => {
        if (/primary side's disks equal/.test(line)) limit.abort();
      },
    });
    await expect(failed).rejects.toMatchObject({ code: "Cancelled" });
    expect([site.power(image), site.power(site.replica()), await isAlert()]).toEqual([
      "off",
      "running",
      false,
    ]);
    overwrite(image);
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "failback");
  });

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

describe("a source whose host was away at the failover", () => {
  async function comeBackOff(): Promise<string> {
    const hosts = new Hosts(site);
    const image = site.image();
    const bringBack = hosts.away(hosts.first);
    await failOver("unplanned");
    bringBack();
    return image;
  }
  const switchOff = (image: string): void =>
    fs.writeFileSync(path.join(path.dirname(image), "power-state"), "off\n");

  it.each([
    ["written meanwhile", write],
    ["written meanwhile by a program", async (image: string): Promise<void> => overwrite(image)],
  ])("and that was %s, and is off before anybody looks", async (_how, change) => {
    await make("S3");
    const image = await comeBackOff();
    await change(image);
    switchOff(image);
    expect(await isAlert()).toBe(true);
    await commit();
    await expectRefused(image, "failback");
    await site.engine.moves.failback(id(), quiet, { discardPrimaryChanges: true });
    expect(await isAlert()).toBe(false);
  });

  it("has changes that were never sent, and it is a person who gives them up", async () => {
    await make("S3");
    await write(site.image());
    const image = await comeBackOff();
    switchOff(image);
    await commit();
    await expectRefused(image, "failback");
  });

  it("comes back unchanged without a question", async () => {
    await make("S3");
    switchOff(await comeBackOff());
    expect(await isAlert()).toBe(false);
    await commit();
    await site.engine.moves.failback(id(), quiet);
  });

  it("is known to have changed by a database from before its way back was seeded from it", async () => {
    await make("S6");
    const image = await comeBackOff();
    await commit();
    const putBack = await backUpDatabase(site);
    overwrite(image);
    await site.engine.moves.reverseReplicate(id(), quiet);
    await putBack();
    await site.engine.moves.reverseReplicate(id(), quiet);
    await expectRefused(image, "planned");
  });
});

describe("a database from before the reverse replication", () => {
  it("knows what was changed since", async () => {
    await make("S6");
    const image = site.image();
    await failOver("unplanned");
    await commit();
    const putBack = await backUpDatabase(site);
    overwrite(image);
    await site.engine.moves.reverseReplicate(id(), quiet);
    await putBack();
    await site.engine.moves.reverseReplicate(id(), quiet);
    expect(await isAlert()).toBe(true);
    await expectRefused(image, "planned");
  });

  it.each(["S5", "S6"] as const)(
    "and from before the failover, in %s: adoption forgets nothing",
    async (flow) => {
      await make(flow);
      const image = site.image();
      const putBack = await backUpDatabase(site);
      await failOver("unplanned");
      await commit();
      overwrite(image);
      await site.engine.moves.reverseReplicate(id(), quiet);
      await putBack();
      expect(await site.engine.identities.adoptMachine(id())).toBe("recovery");
      await commit();
      await site.engine.moves.reverseReplicate(id(), quiet);
      expect(await isAlert()).toBe(true);
      await expectRefused(image, "unplanned");
    },
  );
});

describe("a writer that begins after the check of a failback", () => {
  /** Fails back, with something done once the replica machine is shut down. */
  const failBackWith = (work: () => void): Promise<void> =>
    site.engine.moves.failback(id(), {
      ...quiet,
      report: (line) => {
        if (/Take the last delta/.test(line)) work();
      },
    });

  it("keeps what it has written", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await commit();
    let written = "";
    const run = failBackWith(() => {
      overwrite(image);
      written = site.hash(image);
    });
    await expect(run).rejects.toMatchObject(refusal);
    expect([site.hash(image), site.power(image)]).toEqual([written, "off"]);
    expect(site.power(site.replica())).toBe("running");
  });

  it("has the disk to itself until it closes it", async () => {
    await make("S3");
    const image = site.image();
    await failOver("planned");
    await commit();
    const disk = await openTrackedDisk(image);
    const before = site.hash(image);
    await expect(site.engine.moves.failback(id(), quiet)).rejects.toMatchObject({ code: "Busy" });
    expect([site.hash(image), site.power(site.replica())]).toEqual([before, "running"]);
    await disk.close();
    await site.engine.moves.failback(id(), quiet);
    expect(site.power(image)).toBe("running");
  });
});
