/** `replicate` for a machine whose resync waits for the end of office hours: no failure, and no cycle either. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { handlerOf } from "../../provider/handlers/registry.ts";
import { weekdays } from "../../provider/weekly-hours.ts";
import { quiet, Site } from "../engine/fixture.ts";
import { type Ended, runProgram } from "./run-program.ts";

const hour = 3_600_000;
let site: Site;
/** When the office hours that are on now end: on a whole minute, hours from now. */
let end: number;

const run = (...words: string[]): Promise<Ended> => runProgram(path.join(site.folder, "home"), ...words);
const clockTime = (time: number): string => new Date(time).toISOString().slice(11, 16);

beforeEach(async () => {
  site = await Site.make();
  end = Math.floor(Date.now() / 60_000) * 60_000 + 6 * hour;
  const wanted = {
    ...{ resourceGroupName: "dr", resourceName: "dr-vault", policyName: "five" },
    properties: { providerSpecificInput: { instanceType: "HyperVReplicaAzure" } },
    officeHours: {
      days: [...weekdays],
      from: clockTime(end - 8 * hour),
      to: clockTime(end),
      timeZone: "UTC",
    },
  };
  await handlerOf("policy", site.engine).update(site.ids.policy, wanted, wanted, quiet);
  await site.protect();
  // A change log that is not whole asks for a resync.
  fs.writeFileSync(site.image, randomBytes(512 * 1024));
  fs.writeFileSync(`${site.image}.hrl`, "no log at all");
});
afterEach(() => site.remove());

it("[HW-4d] ends with exit code 3 and says until when, to people and to scripts", async () => {
  const shown = await run("replicate", "web1");
  expect(shown.code).toBe(3);
  expect(shown.stderr, "it is said once, with the results").toBe("");
  expect(shown.stdout).toMatch(
    /^web1: waits: web1 is marked for resync, which starts when office hours end, /,
  );
  const { code, stdout } = await run("replicate", "--json");
  const [outcome] = JSON.parse(stdout) as [{ name: string; cycle?: object; waits: { until: string } }];
  expect([code, outcome.name, outcome.cycle]).toEqual([3, "web1", undefined]);
  expect(outcome.waits.until).toBe(new Date(end).toISOString());
});

it("ends with exit code 0 when the resync is asked for", async () => {
  expect((await run("replicate", "web1", "--resync")).code).toBe(0);
  expect((await run("replicate", "web1")).code).toBe(0);
});
