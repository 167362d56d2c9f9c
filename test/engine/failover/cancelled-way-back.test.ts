/** What is written at the primary side after a failover back to it was cancelled is overwritten by no way back unasked. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { afterEach, expect, it } from "vitest";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

it("[V2F-4] disks that are written after the cancellation are noticed", async () => {
  site = await FlowSite.make({ flow: "S5", content: randomBytes(262_144) });
  await site.protect();
  const { moves } = site.engine;
  const id = site.itemId();
  const failOver = (): Promise<void> =>
    moves.failover(id, { kind: "unplanned", recoveryPoint: "latest" }, quiet);
  await failOver();
  await moves.commit(id, quiet);
  await moves.reverseReplicate(id, quiet);
  await failOver();
  await moves.cancel(id, quiet);
  const image = site.image();
  const file = fs.openSync(image, "r+");
  fs.writeSync(file, randomBytes(65_536), 0, 65_536, 65_536);
  fs.closeSync(file);
  const written = site.hash(image);
  const { healthNotes } = await site.engine.viewItem(id);
  expect(healthNotes.map(({ code }) => code)).toContain("PrimaryDisksChanged");
  await expect(failOver()).rejects.toMatchObject({ code: "ActionNotAllowed" });
  expect([site.hash(image), site.power(site.replica())]).toEqual([written, "running"]);
});
