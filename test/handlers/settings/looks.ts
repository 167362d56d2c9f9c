/** Looks at a world in which a machine is protected: what a setting has become of. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { TurningClock } from "../../turning-clock.ts";
import { quiet } from "../../engine/fixture.ts";
import { FlowSite, type FlowSiteOptions } from "../../engine/flow-site.ts";

export const block = 65_536;
export const minute = 60_000;
export const hour = 60 * minute;
/** A Wednesday, ten in the morning in UTC and in London. */
export const ten = Date.parse("2026-01-07T10:00:00Z");

const clocks = new WeakMap<FlowSite, TurningClock>();

export function clockOf(site: FlowSite): TurningClock {
  return clocks.get(site)!;
}

/** A site whose clock stands until it is moved on. */
export async function makeSite(flow: FlowId, more: Partial<FlowSiteOptions> = {}): Promise<FlowSite> {
  const clock = new TurningClock(ten);
  const site = await FlowSite.make({ flow, clock, content: randomBytes(4 * block), ...more });
  clocks.set(site, clock);
  return site;
}

export async function write(image: string, blockNumber = 1): Promise<void> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(block), blockNumber * block);
  await disk.flush();
  await disk.close();
}

/** A log that is not whole: the disk is marked for resync. */
export function markForResync(image: string): void {
  fs.writeFileSync(image, randomBytes(4 * block));
  fs.writeFileSync(`${image}.hrl`, "no log at all");
}

export const cycle = (site: FlowSite, id = site.itemId()): ReturnType<FlowSite["engine"]["replicate"]> =>
  site.engine.replicate(id, quiet);

/** Minutes until the schedule runs the next cycle, the last having ended just now. */
export async function minutesToNext(site: FlowSite, id = site.itemId()): Promise<number> {
  await cycle(site, id);
  const clock = clockOf(site);
  const begin = clock.now();
  const stop = new AbortController();
  let begun = begin;
  const run = async (): Promise<void> => {
    begun = clock.now();
    stop.abort();
    await cycle(site, id);
  };
  await site.engine.follow(run, { ids: [id], signal: stop.signal });
  return (begun - begin) / minute;
}

/** How many points there are after more were taken, one each half hour. */
export async function pointsAfter(cycles: number, site: FlowSite, id = site.itemId()): Promise<number> {
  for (let count = 0; count < cycles; count += 1) {
    clockOf(site).advance(30 * minute);
    await cycle(site, id);
  }
  return (await site.engine.recoveryPoints(id)).length;
}

export async function health(site: FlowSite, id = site.itemId()): Promise<string> {
  return (await site.engine.viewItem(id)).healthNotes.map(({ text }) => text).join("\n");
}
