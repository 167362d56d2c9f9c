import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";
import { TurningClock } from "../../turning-clock.ts";

const minute = 60_000;
const blockBytes = 65_536;
let site: FlowSite;
let clock: TurningClock;

beforeEach(async () => {
  // In the evening where the tests run: no resync waits for the end of office hours.
  clock = new TurningClock(new Date(2026, 0, 7, 20).getTime());
  site = await FlowSite.make({ flow: "S3", clock, content: randomBytes(16 * blockBytes) });
  await site.changePolicy({
    instanceType: "HyperVReplicaAzure",
    replicationInterval: 300,
    recoveryPointHistoryDuration: 24,
  });
  await site.protect();
});
afterEach(() => site.remove());

const storage = (): string => path.join(site.folder, "home", "storage");

async function cycle(mode?: "resync"): ReturnType<FlowSite["engine"]["replicate"]> {
  clock.advance(5 * minute);
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(5000), Math.floor(Math.random() * 15 * blockBytes));
  await disk.close();
  return site.engine.replicate(site.itemId(), quiet, mode);
}

async function newestIsTheDisk(): Promise<boolean> {
  const toPath = path.join(site.folder, `${randomBytes(4).toString("hex")}.img`);
  await site.engine.points.export({ itemId: site.itemId(), recoveryPoint: "latest", toPath }, quiet);
  return site.hash(toPath) === site.hash(site.image());
}

const codes = async (): Promise<string[]> =>
  (await site.engine.viewItem(site.itemId())).healthNotes.map(({ code }) => code);

function filesBelow(folder: string, ending: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => path.join(folder, name));
}

/** Runs `damage`, and expects the state to be named before a cycle, and mended by the next one. */
async function expectMended(code: string, damage: () => void): Promise<void> {
  damage();
  expect(await codes()).toContain(code);
  const made = await cycle();
  expect(made).toBeDefined();
  expect(await newestIsTheDisk()).toBe(true);
  expect(await codes()).not.toContain("ReplicaNotAsWritten");
  const events = site.engine.events({ targetId: site.itemId(), limit: 50 }).map((event) => event.code);
  expect(events).toContain("ReplicaNotAsWritten");
  expect(events.at(-1)).toBe("Resynchronized");
}

describe("a target that is not what was written to it", () => {
  it("keeps deltas going while nobody touches it", async () => {
    await cycle();
    const made = await cycle();
    expect(made!.blocksSent).toBeLessThan(4);
    expect(await codes()).toEqual([]);
  });

  it("an older copy put back is named, and compared by the next cycle; numbers go on counting", async () => {
    await cycle();
    const copy = path.join(site.folder, "copy");
    fs.cpSync(storage(), copy, { recursive: true });
    await cycle();
    await cycle();
    const before = (await site.engine.recoveryPoints(site.itemId())).at(-1)!.sequence;
    await expectMended("ReplicaNotAsWritten", () => {
      fs.rmSync(storage(), { recursive: true });
      fs.cpSync(copy, storage(), { recursive: true });
    });
    expect((await site.engine.recoveryPoints(site.itemId())).at(-1)!.sequence).toBe(before + 1);
  });

  it("an older copy put back is a warning of an unplanned failover's dry run, and of an export", async () => {
    await cycle();
    const copy = path.join(site.folder, "copy");
    fs.cpSync(storage(), copy, { recursive: true });
    await cycle();
    const foreseen = async (): Promise<string> =>
      (
        await site.engine.moves.foresee(site.itemId(), {
          action: "failover",
          kind: "unplanned",
          recoveryPoint: "latest",
        })
      ).warnings.join();
    const exported = async (name: string): Promise<string> => {
      const lines: string[] = [];
      const progress = { report: (line: string) => void lines.push(line) };
      const toPath = path.join(site.folder, name);
      await site.engine.points.export({ itemId: site.itemId(), recoveryPoint: "latest", toPath }, progress);
      return lines.filter((line) => line.startsWith("warning: ")).join();
    };
    expect([await foreseen(), await exported("a.img")]).toEqual(["", ""]);
    fs.rmSync(storage(), { recursive: true });
    fs.cpSync(copy, storage(), { recursive: true });
    const older = /older copy of the target was put back/;
    expect(await foreseen()).toMatch(older);
    expect(await exported("b.img")).toMatch(older);
    await expect(exported("missing/c.img")).rejects.toThrow(/There is no folder .*missing, where c\.img/);
  });

  it("the newest point deleted by hand is missed", async () => {
    await cycle();
    await cycle();
    await expectMended("ReplicaNotAsWritten", () =>
      fs.rmSync(filesBelow(storage(), ".point").sort().at(-1)!),
    );
    expect(await codes()).toEqual(["RecoveryPointsDeleted"]);
  });

  it("all points deleted by hand are missed", async () => {
    await cycle();
    await expectMended("ReplicaNotAsWritten", () => {
      for (const file of filesBelow(storage(), ".point")) fs.rmSync(file);
    });
  });

  it("a replica whose folder was deleted is made again", async () => {
    await cycle();
    await expectMended("ReplicaNotAsWritten", () => {
      fs.rmSync(path.join(filesBelow(storage(), ".sealed")[0]!, "..", ".."), { recursive: true });
      fs.mkdirSync(path.dirname(filesBelow(storage(), "store.key")[0]!), { recursive: true });
    });
  });

  it.each([
    ["missing", (file: string) => fs.rmSync(file)],
    ["empty", (file: string) => fs.truncateSync(file, 0)],
    ["cut short", (file: string) => fs.truncateSync(file, fs.statSync(file).size - 1)],
  ])("layer files that are %s are named without a verification", async (_how, damage) => {
    await cycle();
    await expectMended("LayersMissing", () => {
      for (const file of filesBelow(storage(), ".segment").slice(0, 2)) damage(file);
      for (const file of filesBelow(storage(), ".map")) damage(file);
    });
    // The points before it stay as they are.
    expect(await codes()).toEqual(["LayersMissing"]);
  });

  it("a target that is newer than the database is written to after a person's command only", async () => {
    await cycle();
    const home = path.join(site.folder, "home");
    const copy = path.join(site.folder, "copy");
    site.engine.close();
    const database = fs.readdirSync(home).filter((name) => name.startsWith("siterecovery.db"));
    for (const name of database) fs.cpSync(path.join(home, name), path.join(copy, name));
    site.useEngine(await openEngine({ home, clock }));
    await cycle();
    site.engine.close();
    for (const name of fs.readdirSync(home)) {
      if (name.startsWith("siterecovery.db")) fs.rmSync(path.join(home, name));
    }
    for (const name of database) fs.cpSync(path.join(copy, name), path.join(home, name));
    site.useEngine(await openEngine({ home, clock }));

    expect(await codes()).toEqual(["ReplicaNotAsWritten"]);
    const before = await site.engine.recoveryPoints(site.itemId());
    await expect(cycle()).rejects.toMatchObject({ code: "ResyncRequired" });
    expect(await site.engine.recoveryPoints(site.itemId())).toHaveLength(before.length);
    await cycle("resync");
    expect(await newestIsTheDisk()).toBe(true);
    expect(await codes()).toEqual([]);
  });
});
