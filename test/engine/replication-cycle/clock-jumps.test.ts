import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import { dueAt } from "../../../provider/engine/replication-cycle/due-at.ts";
import { TurningClock } from "../../turning-clock.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

/** A wall clock that somebody sets, beside a boot clock that nobody can. */
class SetClock extends TurningClock {
  offset = 0;
  override now(): number {
    return super.now() + this.offset;
  }
}

const minute = 60_000;
const day = 24 * 60 * minute;
let clock: SetClock;
let site: FlowSite;

beforeEach(async () => {
  clock = new SetClock(Date.parse("2026-01-07T20:00:00Z"));
  site = await FlowSite.make({ flow: "S3", clock, content: randomBytes(8 * 65_536) });
  await site.changePolicy({
    instanceType: "HyperVReplicaAzure",
    replicationInterval: 300,
    recoveryPointHistoryDuration: 2,
  });
  await site.protect();
});
afterEach(() => site.remove());

async function cycle(): Promise<void> {
  clock.advance(5 * minute);
  const disk = await openTrackedDisk(site.image());
  await disk.write(randomBytes(3000), 65_536);
  await disk.close();
  await site.engine.replicate(site.itemId(), quiet);
}

const pointIds = async (): Promise<string[]> =>
  (await site.engine.recoveryPoints(site.itemId())).map(({ id }) => id);
const noteCodes = async (): Promise<string[]> =>
  (await site.engine.viewItem(site.itemId())).healthNotes.map(({ code }) => code);
const eventCodes = (): string[] =>
  site.engine.events({ targetId: site.itemId(), limit: 100 }).map(({ code }) => code);

it.each([3 * day, -3 * day])("no recovery point is dropped for a clock that jumps by %i ms", async (jump) => {
  for (let round = 0; round < 4; round += 1) await cycle();
  const before = await pointIds();
  clock.offset = jump;
  await cycle();
  expect(await noteCodes()).toContain("ClockJumped");
  expect(eventCodes()).toContain("ClockJumped");
  clock.offset = 0;
  await cycle();
  expect((await pointIds()).slice(0, before.length)).toEqual(before);
  const points = await site.engine.recoveryPoints(site.itemId());
  expect(points.map(({ sequence }) => sequence)).toEqual(points.map((_, index) => index + 1));
  await cycle();
  expect(await noteCodes()).toEqual([]);
});

it("what is really too old is dropped, whatever the clock says", async () => {
  await cycle();
  const [first] = await pointIds();
  clock.offset = -3 * day;
  clock.advance(3 * 60 * minute);
  await cycle();
  expect(await pointIds()).not.toContain(first);
});

it("a clock that was set back neither stops the schedule nor makes the newest point look young", async () => {
  await cycle();
  clock.offset = -3 * day;
  clock.advance(30 * minute);
  const parts = openParts({ home: path.join(site.folder, "home"), clock });
  try {
    expect((await dueAt(parts, site.item()))!).toBeLessThanOrEqual(clock.now());
  } finally {
    parts.store.close();
  }
  expect((await site.engine.viewItem(site.itemId())).rpoSeconds).toBe(30 * 60);
});

it("a retention that fails leaves the cycle a success, is said, and is tried again", async () => {
  for (let round = 0; round < 3; round += 1) await cycle();
  clock.advance(3 * 60 * minute);
  // A pin that nobody can read keeps the store from knowing which points are in use.
  const [machine] = fs.readdirSync(path.join(site.folder, "home", "storage", "replicas", "machines"));
  const pins = path.join(site.folder, "home", "storage", "replicas", "machines", machine!, "pins");
  fs.mkdirSync(pins, { recursive: true });
  const pin = path.join(pins, `${(await pointIds())[0]}.0011223344556677`);
  fs.writeFileSync(pin, Buffer.alloc(256, 7));
  const before = (await pointIds()).length;
  await cycle();
  expect(await pointIds()).toHaveLength(before + 1);
  expect(await noteCodes()).toContain("RetentionFailed");
  expect(eventCodes()).toContain("RetentionFailed");
  fs.rmSync(pin);
  await cycle();
  expect((await pointIds()).length).toBeLessThan(before);
  expect(await noteCodes()).not.toContain("RetentionFailed");
  expect(eventCodes()).toContain("RetentionRecovered");
});
