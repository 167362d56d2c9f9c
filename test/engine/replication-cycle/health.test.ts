import fs from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { Engine } from "../../../provider/engine/engine.ts";
import { addEvent, eventsKept, listEvents } from "../../../provider/store/events.ts";
import { openStore } from "../../../provider/store/open-store.ts";
import { hashOf, quiet, Site } from "../fixture.ts";

let site: Site;
let clock: VirtualClock;
let engine: Engine;
beforeEach(async () => {
  // Midnight where the tests run: no resync waits for the end of office hours.
  clock = new VirtualClock(new Date(2026, 0, 1).getTime());
  site = await Site.make({ clock });
  await site.protect();
  engine = site.engine;
});
afterEach(() => site.remove());

const minutes = (count: number): void => clock.advance(count * 60_000);
const codes = (): string[] =>
  engine.events({ limit: 100 }).map(({ code, severity }) => `${code} ${severity}`);

async function write(byte: number): Promise<void> {
  const disk = await openTrackedDisk(site.image);
  await disk.write(Buffer.alloc(1000, byte), 70_000);
  await disk.close();
}

describe("the RPO alarm", () => {
  it("raises health with the age of the newest point: a warning over the threshold, critical at twice that", async () => {
    const health = async (): Promise<string> => (await engine.viewItem(site.itemId)).replicationHealth;
    expect(await health()).toBe("Normal");
    // A Hyper-V policy has no threshold: two intervals of five minutes.
    minutes(11);
    const view = await engine.viewItem(site.itemId);
    expect(view).toMatchObject({ replicationHealth: "Warning", rpoThresholdSeconds: 600 });
    expect(view.healthNotes.map(({ text }) => text).join()).toMatch(
      /late: 11 min old, over the threshold of 10 min/,
    );
    minutes(10);
    expect(await health()).toBe("Critical");
    await engine.replicate(site.itemId, quiet);
    expect(await health()).toBe("Normal");
  });

  it("is an event when it is crossed and one when it is over, once each", async () => {
    minutes(30);
    await engine.replicate(site.itemId, quiet);
    await engine.replicate(site.itemId, quiet);
    expect(codes()).toEqual(["EnableDr OK", "RpoThresholdExceeded Warning", "RpoWithinThreshold OK"]);
    const late = engine.events({ limit: 100 })[1]!;
    expect(late.description).toMatch(/^web1: the newest recovery point is 30 min old, more than 10 min/);
  });

  it("is raised while replication fails, and over when it works again", async () => {
    fs.renameSync(site.image, `${site.image}.away`);
    for (let attempt = 0; attempt < 4; attempt += 1) {
      minutes(4);
      await expect(engine.replicate(site.itemId, quiet)).rejects.toThrow(/cannot be read|is gone|has no/);
    }
    fs.renameSync(`${site.image}.away`, site.image);
    await engine.replicate(site.itemId, quiet);
    expect(codes()).toEqual([
      "EnableDr OK",
      "ReplicationFailed Critical",
      "RpoThresholdExceeded Warning",
      // The image has been away: who knows what was done to it.
      "ResyncRequired Warning",
      "ReplicationRecovered OK",
      "RpoWithinThreshold OK",
      "Resynchronized OK",
    ]);
  });
});

describe("events", () => {
  it("tell of jobs that ended, well or not", async () => {
    await engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    await engine.moves.commit(site.itemId, quiet);
    expect(codes().slice(1)).toEqual(["PlannedFailover OK", "CommitFailover OK"]);
    const [event] = engine.events({ limit: 1 });
    expect(event).toMatchObject({ type: "JobStatus", targetId: site.itemId, at: clock.now() });
    expect(engine.jobs({ limit: 1 })[0]!.id).toBe(event!.jobId);
  });

  it("are asked for by thing and by time", async () => {
    minutes(60);
    const since = clock.now();
    await engine.replicate(site.itemId, quiet);
    expect(engine.events({ limit: 10, since }).map(({ code }) => code)).toEqual([
      "RpoThresholdExceeded",
      "RpoWithinThreshold",
    ]);
    expect(engine.events({ limit: 10, targetId: site.itemId.toUpperCase() })).toHaveLength(3);
    expect(engine.events({ limit: 10, targetId: site.ids.policy })).toEqual([]);
  });

  it("are kept up to a count and an age", () => {
    const store = openStore(`${site.folder}/events.db`);
    const add = (at: number): void =>
      addEvent(store, {
        type: "VmHealth",
        code: "Any",
        severity: "OK",
        description: "-",
        targetId: "/a/b",
        at,
      });
    store.transaction(() => {
      for (let index = 0; index < eventsKept.count + 5; index += 1) add(index);
    });
    expect(listEvents(store, { limit: 1e6 })).toHaveLength(eventsKept.count);
    add((eventsKept.days + 1) * 86_400_000);
    expect(listEvents(store, { limit: 1e6 })).toHaveLength(1);
    store.close();
  });
});

describe("a paused item", () => {
  it("is left alone by the schedule and refuses a cycle; resumed, it sends what was written meanwhile", async () => {
    expect(await engine.pause(site.itemId, quiet)).toBe(true);
    expect(await engine.pause(site.itemId, quiet)).toBe(false);
    await write(7);
    await expect(engine.replicate(site.itemId, quiet)).rejects.toThrow(
      /web1 was not replicated: replication is paused since \d{4}-.*`siterecovery resume web1`/,
    );
    const view = await engine.viewItem(site.itemId);
    expect(view.replicationHealth).toBe("Warning");
    expect(view.item.details.replicationError).toBeUndefined();
    expect(view.allowedOperations).toContain("PlannedFailover");
    expect(await engine.resume(site.itemId, quiet)).toBe(true);
    expect(await engine.resume(site.itemId, quiet)).toBe(false);
    expect((await engine.replicate(site.itemId, quiet))!.blocksSent).toBe(1);
    expect(codes().slice(1)).toEqual(["ReplicationPaused Warning", "ReplicationResumed OK"]);
  });

  it("fails over with its last delta, and replicates again when it is back", async () => {
    await engine.pause(site.itemId, quiet);
    await write(9);
    await engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(hashOf(site.replica)).toBe(hashOf(site.image));
    expect(engine.findItem(site.itemId)!.details.pausedAt).toBeUndefined();
  });

  it("cannot be one that does not replicate", async () => {
    await engine.moves.failover(site.itemId, { kind: "planned", recoveryPoint: "latest" }, quiet);
    await expect(engine.pause(site.itemId, quiet)).rejects.toMatchObject({ code: "ActionNotAllowed" });
  });
});
