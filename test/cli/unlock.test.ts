import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { heldLease, takeLease } from "../../provider/store/leases.ts";
import { openStore, type Store } from "../../provider/store/open-store.ts";
import { Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

let site: Site;
let store: Store;
beforeEach(async () => {
  site = await Site.make();
  await site.protect();
  store = openStore(path.join(site.folder, "home", "siterecovery.db"));
});
afterEach(() => {
  store.close();
  site.remove();
});

const run = (...words: string[]): Promise<Ended> => runProgram(path.join(site.folder, "home"), ...words);

it("siterecovery unlock takes a lease away by force only, and the event says from which process", async () => {
  expect((await run("unlock", "web1")).stdout).toBe("web1: no process works on it\n");
  const lease = takeLease(store, site.itemId, "planned failover", systemClock);

  const status = JSON.parse((await run("status", "--json")).stdout) as { items: { lease: object }[] };
  expect(status.items[0]!.lease).toMatchObject({ purpose: "planned failover", pid: process.pid });
  expect((await run("status")).stdout).toContain(`planned failover is under way (process ${process.pid} on`);
  const busy = await run("replicate", "web1");
  expect([busy.code, busy.stderr]).toEqual([1, expect.stringContaining("siterecovery unlock web1 --force")]);

  const refused = await run("unlock", "web1");
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("wait for its end")]);
  expect((await run("replicate", "web1")).code).toBe(1);

  const forced = await run("unlock", "web1", "--force", "--json");
  expect(JSON.parse(forced.stdout)).toMatchObject({
    name: "web1",
    unlocked: true,
    holder: { purpose: "planned failover", pid: process.pid },
  });
  expect((await run("replicate", "web1")).code).toBe(0);
  expect((await run("events", "web1")).stdout).toMatch(/LeaseTakenAway.*from process/);
  expect(heldLease(store, site.itemId)).toBeDefined();
  lease.release();
});
