/** Cases of the policy on drills: signed reports in files, some of them changed afterwards. */
import { createPublicKey } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll } from "vitest";
import type { DrillReport } from "../../provider/drill-report/drill-report.ts";
import { sealReport } from "../../provider/drill-report/seal-report.ts";
import { factsOf, newKey } from "../drill-report/sealed.ts";
import { type Case, itemId, machine } from "./declared.ts";

const key = newKey();
const pem = (of: typeof key): string =>
  createPublicKey(of).export({ type: "spki", format: "pem" }).toString();

function report(sequence: number, changes: Partial<DrillReport>, of = key): DrillReport {
  const facts = factsOf(sequence);
  const machines = facts.machines.map((one) => ({ ...one, itemId: itemId("DB1") }));
  return sealReport({ ...facts, machines, endTime: "2026-02-01T00:00:00.000Z", ...changes }, of);
}

const root = fs.mkdtempSync(path.join(os.tmpdir(), "evidence-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

/** A folder of an engine's: `dr.vault/000001-x.json` and so on, and the key beside it. */
function evidence(...reports: object[]): string {
  const folder = fs.mkdtempSync(path.join(root, "of-"));
  const inner = path.join(folder, "dr.vault");
  fs.mkdirSync(inner);
  for (const [index, one] of reports.entries())
    fs.writeFileSync(path.join(inner, `00000${index + 1}-x.json`), JSON.stringify(one));
  fs.writeFileSync(path.join(inner, "000001-x.html"), "");
  fs.writeFileSync(path.join(folder, "vault.pem"), pem(key));
  return folder;
}

const good = evidence(report(1, {}));
const changed = evidence({ ...report(1, {}), endTime: "2026-02-20T00:00:00.000Z" });
const failed = evidence(report(1, { endTime: "2026-01-01T00:00:00.000Z" }), report(2, { result: "Failed" }));
const foreign = evidence(report(1, {}, newKey()));
const future = evidence(report(1, { endTime: "2026-03-02T00:00:00.000Z" }));
const withKey = (folder: string): object => ({
  reports: folder,
  publicKeys: [path.join(folder, "vault.pem")],
});

const policy = "machine-drilled";
const declared = [machine("db1", {}, "london", {})];

export const drillCases: readonly Case[] = [
  { policy, title: "about to be made", declared: [machine("db1")] },
  { policy, title: "drilled a month ago", declared, options: withKey(good) },
  { policy, title: "drilled, whoever has signed it", declared, options: { reports: foreign } },
  {
    policy,
    title: "drilled too long ago",
    declared,
    options: { ...withKey(good), maxDays: 7 },
    told: /^db1 was last drilled 28 days ago \(report 1\); a drill every 7 days is wanted/,
  },
  {
    policy,
    title: "drilled, and failed since: what counts is the last that succeeded",
    declared,
    options: { ...withKey(failed), maxDays: 30 },
    told: /^db1 was last drilled 59 days ago \(report 1\)/,
  },
  {
    policy,
    title: "drilled by a report that was changed",
    declared,
    options: withKey(changed),
    told: /^db1 has no report of a drill that succeeded; 000001-x\.json does not count \(\/endTime was changed/,
  },
  {
    policy,
    title: "drilled by a report of another signer",
    declared,
    options: withKey(foreign),
    told: /000001-x\.json does not count \(the report was signed by another key/,
  },
  {
    policy,
    title: "drilled in the future",
    declared,
    options: withKey(future),
    told: /^db1 has no report of a drill that succeeded; a drill every/,
  },
  {
    policy,
    title: "another one drilled",
    declared: [machine("web1", {}, "london", {})],
    options: withKey(good),
    told: /^web1 has no report of a drill that succeeded; a drill every 90 days is wanted/,
  },
  {
    policy,
    title: "of no interest",
    declared: [machine("web1", {}, "london", {})],
    options: { ...withKey(good), machines: ["db*"] },
  },
  {
    policy,
    title: "in Azure, where no folder of reports is",
    declared,
    options: { reports: path.join(good, "absent") },
    only: "azure-native",
  },
];
