import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { OfficeHours } from "../../../provider/kinds/policy.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";
import { TurningClock } from "../../turning-clock.ts";

let site: FlowSite;
afterEach(() => site.remove());

const hour = 3_600_000;
// A Wednesday, ten in the morning in London and in UTC.
const ten = Date.parse("2026-01-07T10:00:00Z");
const office: OfficeHours = { from: "08:00", to: "18:00", timeZone: "Europe/London" };
const clock = new TurningClock(ten);

async function make(officeHours?: OfficeHours): Promise<void> {
  clock.advance(ten - clock.now());
  site = await FlowSite.make({ flow: "S3", clock, content: randomBytes(8 * 65_536) });
  const settings = { instanceType: "HyperVReplicaAzure", replicationInterval: 300 };
  const wanted = {
    ...{ resourceGroupName: "dr", resourceName: "dr-vault", policyName: "five" },
    properties: { providerSpecificInput: settings },
    ...(officeHours ? { officeHours } : {}),
  };
  await handlerOf("policy", site.engine).update(site.ids.get("policy")!, wanted, wanted, quiet);
  await site.protect();
}

/** A log that is not whole cannot be trusted: the disk is marked for resync (HW-4b). */
function markForResync(): void {
  fs.writeFileSync(site.image(), randomBytes(8 * 65_536));
  fs.writeFileSync(`${site.image()}.hrl`, "no log at all");
}

const replicate = (mode?: "resync"): ReturnType<FlowSite["engine"]["replicate"]> =>
  site.engine.replicate(site.itemId(), quiet, mode);

describe("a machine that is marked for resync", () => {
  it("[HW-4d] waits for the end of office hours, and says so", async () => {
    await make(office);
    markForResync();
    expect(await replicate()).toBeUndefined();
    const { healthNotes } = await site.engine.viewItem(site.itemId());
    expect(healthNotes.map(({ text }) => text).join()).toContain(
      "starts when office hours end, 2026-01-07 18:00 Europe/London",
    );
    clock.advance(7 * hour);
    expect(await replicate()).toBeUndefined();
    clock.advance(hour);
    const cycle = await replicate();
    expect(cycle?.blocksSent).toBe(8);
    expect((await site.engine.viewItem(site.itemId())).healthNotes).toEqual([]);
  });

  it("[HW-4d] is told of by two events: that it waits, once, and that both sides were compared", async () => {
    await make(office);
    markForResync();
    await replicate();
    await replicate();
    clock.advance(9 * hour);
    await replicate();
    await replicate();
    const events = site.engine.events({ targetId: site.itemId(), limit: 10 });
    const told = events.filter(({ code }) => code.startsWith("Resync"));
    expect(told.map(({ code, severity }) => [code, severity])).toEqual([
      ["ResyncRequired", "Warning"],
      ["Resynchronized", "OK"],
    ]);
    expect(told[1]!.description).toBe("web1: both sides were compared; 8 blocks differed and were sent");
  });

  it("[HW-4d] is resynchronised at once by hand", async () => {
    await make(office);
    markForResync();
    expect((await replicate("resync"))?.blocksSent).toBe(8);
  });

  it("[HW-4d] is resynchronised by the schedule when office hours end", async () => {
    await make(office);
    markForResync();
    const begun: number[] = [];
    const stop = new AbortController();
    await site.engine.follow(
      async ({ id }) => {
        begun.push(clock.now());
        await site.engine.replicate(id, quiet);
        stop.abort();
      },
      { signal: stop.signal },
    );
    expect(begun[0]).toBeGreaterThanOrEqual(ten + 8 * hour);
    expect(begun[0]).toBeLessThan(ten + 9 * hour);
  });

  it("waits by the wall clock of the zone, also over the change of clocks", async () => {
    await make({ ...office, timeZone: "America/New_York" });
    markForResync();
    // Ten in London is five in New York.
    expect((await replicate())?.blocksSent).toBe(8);
  });

  it("does not wait where there are no office hours, nor for a failover", async () => {
    await make({ ...office, days: [] });
    markForResync();
    expect((await replicate())?.blocksSent).toBe(8);
    site.remove();
    await make(office);
    markForResync();
    const written = site.hash(site.image());
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    expect(site.hash(site.replica())).toBe(written);
  });

  it("is refused a time zone that is none", async () => {
    await make(office);
    const wanted = {
      ...{ resourceGroupName: "dr", resourceName: "dr-vault", policyName: "other" },
      officeHours: { timeZone: "Mars/Olympus" },
    };
    expect(await handlerOf("policy", site.engine).check(wanted)).toEqual([
      { property: "officeHours.timeZone", reason: expect.stringContaining("is no time zone") as string },
    ]);
  });
});
