/** The settings of process servers: how fast data travels, and where it waits. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { processIdentity } from "../../../provider/process-identity.ts";
import type { FlowSite } from "../../engine/flow-site.ts";
import { quiet } from "../../engine/fixture.ts";
import { vault } from "../migration-of.ts";
import { clockOf, cycle, makeSite, write } from "./looks.ts";
import { behaviour, behaviourAlone, type Row, type Table, type World } from "./row.ts";
import { named, worldOf } from "./site-world.ts";

/** Seconds that a cycle takes which sends a block of 64 KiB that cannot be compressed. */
async function secondsOfCycle(site: FlowSite): Promise<number> {
  await write(site.image());
  const begin = clockOf(site).now();
  await cycle(site);
  return (clockOf(site).now() - begin) / 1000;
}

const workHours = { days: ["Wednesday"], from: "08:00", to: "18:00", timeZone: "Europe/London" };
const bandwidth = { limitKilobitsPerSecond: 1_000_000, workHours, workHoursLimitKilobitsPerSecond: 1000 };

/** The line is slow in the work hours, in which the clock is, and fast once they are others. */
const speed = (to: unknown): Row =>
  behaviour(async ({ site, change }) => {
    expect(await secondsOfCycle(site)).toBeGreaterThan(0.3);
    await change(to);
    expect(await secondsOfCycle(site)).toBeLessThan(0.1);
  });

async function serverWorld(): Promise<World> {
  const site = await makeSite("S3");
  const cacheFolder = site.at("london", "cache");
  const server = { ...vault, fabricName: "london", processServerName: "ps", cacheFolder, bandwidth };
  await site.declare("own", "process-server", server);
  await site.protect();
  return worldOf(site, "own");
}

/** Sealed data waits in the folder: the work stops when it is gone. */
const cacheFolder = behaviour(async ({ site, change }) => {
  const other = site.at("london", "other-cache");
  await change(other);
  fs.renameSync(other, `${other}.away`);
  await expect(cycle(site)).rejects.toThrow(/other-cache/);
  fs.renameSync(`${other}.away`, other);
  await cycle(site);
});

/** What a process that lives has in the cache leaves room, or none. */
const cacheLimit = behaviourAlone(async ({ site, change, inputs }) => {
  const [host] = processIdentity().split(":");
  const stat = fs.readFileSync(`/proc/${process.ppid}/stat`, "latin1");
  const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  const { cacheFolder: folder } = inputs as { cacheFolder: string };
  const other = path.join(folder, encodeURIComponent(`${host}:${process.ppid}:${ticks}`));
  fs.mkdirSync(other);
  fs.writeFileSync(path.join(other, "segment"), "");
  fs.truncateSync(path.join(other, "segment"), 500 * 1_048_576);
  await write(site.image());
  await cycle(site);
  await change(128);
  await write(site.image());
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 100);
  await expect(site.engine.replicate(site.itemId(), { ...quiet, signal: stop.signal })).rejects.toMatchObject(
    { code: "Cancelled" },
  );
  fs.rmSync(other, { recursive: true });
});
export const processServerTables: Partial<Record<KindName, Table>> = {
  "process-server": {
    worlds: { "": serverWorld },
    rows: {
      ...named("processServerName"),
      cacheFolder,
      cacheLimitMebibytes: cacheLimit,
      "bandwidth.limitKilobitsPerSecond": behaviourAlone(async ({ site, change }) => {
        clockOf(site).advance(12 * 3_600_000);
        expect(await secondsOfCycle(site)).toBeLessThan(0.1);
        await change(1000);
        expect(await secondsOfCycle(site)).toBeGreaterThan(0.3);
      }),
      "bandwidth.workHours.days[]": speed(["Monday"]),
      "bandwidth.workHours.from": speed("14:00"),
      "bandwidth.workHours.to": speed("09:00"),
      "bandwidth.workHours.timeZone": speed("America/New_York"),
      "bandwidth.workHoursLimitKilobitsPerSecond": speed(1_000_000),
    },
  },
};
