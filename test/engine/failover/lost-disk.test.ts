/** A machine whose disk is gone at the primary side, while its machine.yaml is still there, comes back with the disk. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { quiet } from "../fixture.ts";
import { FlowSite } from "../flow-site.ts";

let site: FlowSite;
afterEach(() => site.remove());

it.each(["S1", "S3", "S5", "S6"] as const)("comes back in %s with its disk made again", async (flow) => {
  site = await FlowSite.make({ flow, content: randomBytes(131_072) });
  await site.protect();
  const { moves } = site.engine;
  const unplanned = { kind: "unplanned", recoveryPoint: "latest" } as const;
  await moves.failover(site.itemId(), unplanned, quiet);
  await moves.commit(site.itemId(), quiet);
  const image = site.image();
  const wanted = site.hash(site.replica());
  for (const name of fs.readdirSync(path.dirname(image))) {
    if (name.startsWith("os.img")) fs.rmSync(path.join(path.dirname(image), name));
  }
  const { allowedOperations } = await site.engine.viewItem(site.itemId());
  if (allowedOperations.includes("Failback")) {
    await moves.failback(site.itemId(), quiet);
  } else {
    await moves.reverseReplicate(site.itemId(), quiet);
    await moves.failover(site.itemId(), unplanned, quiet);
  }
  expect([site.hash(image), site.power(image)]).toEqual([wanted, "running"]);
});
