/** A clean-up removes the test machine wherever it can be found, and never says so of one that it did not find. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { CleanUpJson } from "../../provider/cli/json/moves.ts";
import type { AlertJson } from "../../provider/cli/json/upkeep.ts";
import { DrillSite } from "../engine/drill/drill-site.ts";
import { type Ended, runHere } from "./in-process.ts";

let drills: DrillSite;
beforeEach(async () => {
  drills = await DrillSite.make();
  const { code } = await run("test-failover", "web1", "--network", "drill-net");
  expect(code).toBe(0);
});
afterEach(() => drills.remove());

const run = (...words: string[]): Promise<Ended> => runHere(drills.site.engine.homeFolder, ...words);
const made = (): string => drills.site.item("web1").details.testMachine!.folder;

async function alerts(): Promise<string[]> {
  const { stdout } = await run("alerts", "--json");
  const own = (JSON.parse(stdout) as AlertJson[]).filter(({ name }) => name === "web1");
  // The clock of this site is far behind.
  return own.map(({ code }) => code).filter((code) => code !== "RpoExceeded");
}

it("one that was renamed is removed, and a copy in its neighbourhood is not", async () => {
  const folder = made();
  const [renamed, copy] = [`${folder}-renamed`, `${folder}-copy`];
  expect(await alerts()).toEqual([]);
  fs.cpSync(folder, copy, { recursive: true });
  fs.renameSync(folder, renamed);
  expect(await alerts()).toEqual(["TestMachineMoved"]);
  const foreseen = await run("clean-up", "web1", "--dry-run");
  expect([foreseen.code, foreseen.stdout]).toEqual([0, expect.stringContaining("remove web1-test")]);
  const ended = await run("clean-up", "web1");
  expect([ended.code, ended.stdout]).toEqual([0, "web1: the test machine was removed\n"]);
  expect([fs.existsSync(renamed), fs.existsSync(copy)]).toEqual([false, true]);
  expect(await alerts()).toEqual([]);
});

it("one that is nowhere near is said not to be found", async () => {
  const folder = made();
  const elsewhere = path.join(drills.site.folder, "elsewhere");
  fs.renameSync(folder, elsewhere);
  expect(await alerts()).toEqual(["TestMachineMoved"]);
  const missing = `the test machine web1-test was not found in ${path.dirname(folder)}`;
  const foreseen = await run("clean-up", "web1", "--dry-run");
  expect(foreseen.stdout).toContain(missing);
  expect(foreseen.stdout).not.toContain("remove web1-test");
  const ended = await run("clean-up", "web1");
  expect(ended.stdout).toBe("web1: the drill is over; no test machine was removed\n");
  expect(ended.stderr).toContain(missing);
  expect(fs.existsSync(elsewhere)).toBe(true);
});

it("another machine in its place is left alone", async () => {
  const folder = made();
  fs.renameSync(folder, path.join(drills.site.folder, "elsewhere"));
  fs.cpSync(path.dirname(drills.site.image("db1")), folder, { recursive: true });
  const { stdout } = await run("clean-up", "web1", "--json");
  expect((JSON.parse(stdout) as CleanUpJson).removedFolder).toBeNull();
  expect(fs.existsSync(path.join(folder, "machine.yaml"))).toBe(true);
});
