/** Each drill that has ended leaves a signed report, in the chain of its vault. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { DrillReport } from "../../../provider/drill-report/drill-report.ts";
import { verifyChain, verifyReport } from "../../../provider/drill-report/verify-report.ts";
import { Adoption } from "../../../provider/engine/recovery-home/adoption.ts";
import { openEngine } from "../../../provider/engine/engine.ts";
import { schemaProblems } from "../../../provider/yaml/read-valid-yaml.ts";
import { quiet } from "../fixture.ts";
import { DrillSite } from "./drill-site.ts";

let drills: DrillSite;
beforeEach(async () => {
  drills = await DrillSite.make();
});
afterEach(() => drills.remove());

const reportsFolder = (): string => path.join(drills.site.engine.homeFolder, "drill-reports", "dr.dr-vault");
const names = (): string[] => (fs.existsSync(reportsFolder()) ? fs.readdirSync(reportsFolder()).sort() : []);
const reports = (): DrillReport[] => drills.site.engine.drills.reports.list().map(({ report }) => report);

function expectWhole(): void {
  const all = reports();
  for (const report of all) {
    expect(schemaProblems(report, "drill-report")).toEqual([]);
    expect(verifyReport(report, all[0]!.seal.publicKey)).toEqual([]);
    expect(verifyChain(report, all)).toEqual([]);
  }
}

it("leaves a report of a machine's drill once its test machine is removed", async () => {
  const itemId = drills.site.itemId("web1");
  const { id } = await drills.declare({ drillName: "solo", protectedItemId: itemId });
  expect(names()).toEqual([]);
  drills.clock.advance(60_000);
  await drills.handler.delete(id, quiet);
  expect(names()).toEqual(["000001-solo.html", "000001-solo.json"]);
  const [report] = reports();
  expect(report).toMatchObject({
    sequence: 1,
    previousSha256: null,
    result: "Succeeded",
    drill: { name: "solo", kind: "machine", subjectId: itemId },
    machines: [{ name: "web1", checks: [{ name: "disk os", kind: "checksum", passed: true }] }],
    cleanedUp: [{ machine: "web1" }],
  });
  const [machine] = report!.machines;
  expect(machine!.recoveryPoint.ageSeconds).toBe(machine!.measuredRpoSeconds);
  expect(report!.cleanedUp[0]!.folder).toContain("web1");
  expect(report!.timeline.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["web1: RestoreDisks", "web1: StartTestMachine", "web1: RemoveTestMachine"]),
  );
  expectWhole();
});

it("leaves one report of a plan's drill with all its machines, and chains it to the one before", async () => {
  const solo = await drills.declare({ drillName: "solo", protectedItemId: drills.site.itemId("web1") });
  await drills.handler.delete(solo.id, quiet);
  const { id } = await drills.declare({ drillName: "all" });
  await drills.handler.delete(id, quiet);
  expect(names().filter((name) => name.endsWith(".json"))).toEqual(["000001-solo.json", "000002-all.json"]);
  const report = reports()[1]!;
  expect(report.drill).toMatchObject({ name: "all", kind: "plan", subjectId: drills.planId });
  expect(report.machines.map(({ name }) => name).sort()).toEqual(["db1", "web1"]);
  expect(report.cleanedUp.map(({ machine }) => machine).sort()).toEqual(["db1", "web1"]);
  expectWhole();
});

it("leaves a report of each run of a schedule, and of a plan's test that a person began and cleaned up", async () => {
  await drills.declare({ schedule: { everyDays: 1, at: "13:00", timeZone: "UTC" } });
  expect(await drills.follow(2 * 3600)).toBe(1);
  const { engine } = drills.site;
  const networkId = drills.site.ids.get("drill network")!;
  await engine.plans.run(drills.planId, { operation: "TestFailover", networkId }, quiet);
  await engine.plans.run(drills.planId, { operation: "TestFailoverCleanup" }, quiet);
  expect(reports().map(({ drill }) => drill.name)).toEqual(["rehearsal", "shop"]);
  expectWhole();
});

it("leaves a report of a test that failed", async () => {
  const storage = path.join(drills.site.engine.homeFolder, "storage");
  for (const name of fs.readdirSync(storage, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".segment")) continue;
    // Its size and its end are as they were, so that only the restore finds the damage.
    const bytes = fs.readFileSync(path.join(storage, name));
    fs.writeFileSync(path.join(storage, name), bytes.fill(7, 1000, 3000));
  }
  const wish = { drillName: "solo", protectedItemId: drills.site.itemId("web1") };
  await expect(drills.declare(wish)).rejects.toThrow();
  const all = reports();
  expect(all.map(({ result, machines }) => [result, machines])).toEqual([["Failed", []]]);
  expect(all[0]!.error).toMatch(/segment|checksum|damaged/i);
  expect(all[0]!.timeline.map(({ state }) => state)).toContain("Failed");
  expectWhole();
});

it("writes what an ended drill lacks with the next call, and no report twice", async () => {
  const { reports: kept } = drills.site.engine.drills;
  const { id } = await drills.declare({ drillName: "solo", protectedItemId: drills.site.itemId("web1") });
  // The folder of the reports cannot be made.
  const folder = path.dirname(reportsFolder());
  fs.writeFileSync(folder, "");
  const told: string[] = [];
  await drills.handler.delete(id, { report: (line) => told.push(String(line)) });
  expect(told.join("\n")).toMatch(/its report is not written yet: .*siterecovery drill report/);
  fs.rmSync(folder);
  expect((await kept.write()).map(({ report }) => report.sequence)).toEqual([1]);
  expect(await kept.write()).toEqual([]);
  expectWhole();
});

it("keeps its key for itself, and takes it along in a copy of the keys", async () => {
  const { id } = await drills.declare({ drillName: "solo", protectedItemId: drills.site.itemId("web1") });
  await drills.handler.delete(id, quiet);
  const { engine } = drills.site;
  const keyFile = path.join(engine.homeFolder, "keys", "dr.dr-vault.signing");
  expect(fs.statSync(keyFile).mode & 0o777).toBe(0o600);
  const secret = fs.readFileSync(keyFile, "utf8").split("\n")[1]!;
  for (const name of names())
    expect(fs.readFileSync(path.join(reportsFolder(), name), "utf8")).not.toContain(secret);
  const kit = path.join(drills.site.folder, "kit.json");
  await engine.recoveryHome.exportKeys(kit, { overwrite: false });
  const other = path.join(drills.site.folder, "other-home");
  const storage = path.join(engine.homeFolder, "storage");
  const store = path.join(storage, fs.readdirSync(storage)[0]!);
  await (await Adoption.open({ folder: store, keyFiles: [kit] })).rebuild(other);
  const [before] = engine.drills.reports.publicKeys();
  const adopted = await openEngine({ home: other });
  expect(adopted.drills.reports.publicKeys()).toEqual([before]);
  expect(fs.statSync(path.join(other, "keys", "dr.dr-vault.signing")).mode & 0o777).toBe(0o600);
});
