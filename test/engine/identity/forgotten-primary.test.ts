/** Of a machine that an earlier version failed over nothing is known of the disks that it left behind. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

it("that its source runs as well, and has written, is told before a failback, which changes nothing", async () => {
  site = await FlowSite.make({ flow: "S3", content: randomBytes(262_144) });
  await site.protect();
  const image = site.image();
  const { moves } = site.engine;
  await moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
  await moves.commit(site.itemId(), quiet);
  const database = new DatabaseSync(path.join(site.engine.homeFolder, "siterecovery.db"));
  database.exec("UPDATE protected_items SET details = json_remove(details, '$.primaryLeft')");
  database.close();
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(5000), 70_000);
  await disk.close();
  const isTold = async (): Promise<boolean> =>
    (await site.engine.viewItem(site.itemId())).healthNotes.some(
      ({ code }) => code === "PrimaryDisksChanged",
    );
  expect(await isTold()).toBe(false);
  fs.writeFileSync(path.join(path.dirname(image), "power-state"), "running\n");
  expect(await isTold()).toBe(true);
  const written = site.hash(image);
  const { refusals } = await moves.foresee(site.itemId(), { action: "failback" });
  expect(refusals.map(({ message }) => message).join()).toContain("discard-primary-changes web1");
  await expect(moves.failback(site.itemId(), quiet)).rejects.toMatchObject({ code: "ActionNotAllowed" });
  expect([site.hash(image), site.power(site.replica())]).toEqual([written, "running"]);
});
