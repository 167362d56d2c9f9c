import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hashOf } from "../engine/fixture.ts";
import { machineNames, Shop } from "../engine/recovery-plan/shop.ts";
import { testedCommand } from "../tested-command.ts";

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.make();
});
afterEach(() => shop.remove());

const killsMax = 5;

/** Runs the command and, with a time, kills it then. */
function run(words: readonly string[], killAfterMilliseconds?: number): Promise<number | null> {
  const child = spawn(process.execPath, [testedCommand, "--home", shop.site.engine.homeFolder, ...words], {
    stdio: "ignore",
  });
  const timer =
    killAfterMilliseconds === undefined
      ? undefined
      : setTimeout(() => child.kill("SIGKILL"), killAfterMilliseconds);
  return new Promise((resolve) => {
    child.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code);
    });
  });
}

/** Kills the command at random instants until the run has ended, or often enough. */
async function survive(operation: string, ...words: string[]): Promise<void> {
  for (let kills = 0; kills < killsMax; kills += 1) {
    if ((await run(words, 250 + randomInt(500))) === 0) return;
    // Killed when the job had ended, there is nothing left to run.
    const { lastJob } = shop.site.engine.plans.view(shop.planId);
    if (lastJob?.operation === operation && lastJob.state === "Succeeded") return;
  }
  expect(await run(words)).toBe(0);
}

describe("a plan that is killed again and again", () => {
  it(
    "gets all machines to the other side and back, each step once at a time and none lost",
    { timeout: 120_000 },
    async () => {
      const note = shop.script("note", `echo "$SITERECOVERY_GROUP" >> ${shop.notes}`);
      await shop.declare([shop.boot(["db1"], { endGroupActions: [note] }), shop.boot(["web1", "web2"])]);
      await survive("PlannedFailover", "plan", "failover", "shop");
      for (const name of machineNames) {
        expect(hashOf(shop.replica(name))).toBe(hashOf(shop.image(name)));
        expect([shop.power(shop.image(name)), shop.power(shop.replica(name))]).toEqual(["off", "running"]);
      }
      expect(new Set(shop.noted())).toEqual(new Set(["Group 1"]));
      const jobs = shop.site.engine.jobs({ targetId: shop.planId, limit: 50 });
      expect(jobs.map(({ scenario, state }) => `${scenario} ${state}`)).toEqual([
        "PlannedFailover Succeeded",
      ]);
      await run(["plan", "commit", "shop"]);
      const wanted = machineNames.map((name) => hashOf(shop.replica(name)));
      await survive("Failback", "plan", "failback", "shop");
      expect(machineNames.map((name) => hashOf(shop.image(name)))).toEqual(wanted);
      expect(machineNames.map((name) => shop.power(shop.image(name)))).toEqual(Array(3).fill("running"));
      expect(machineNames.map((name) => shop.power(shop.replica(name)))).toEqual(Array(3).fill("off"));
    },
  );
});
