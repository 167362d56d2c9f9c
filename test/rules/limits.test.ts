import fs from "node:fs";
import { describe, expect, it } from "vitest";
import {
  dataDiskMaxBytes,
  dataDisksMax,
  osDiskMaxBytes,
  osDisks,
} from "../../provider/machines/support-matrix.ts";
import { figure, limits } from "../../provider/rules/limits.ts";
import { ruleIds, rules } from "../../provider/rules/registry.ts";

interface Schema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly items: Schema;
  readonly maxItems?: number;
  readonly maximum?: number;
  readonly minimum?: number;
  readonly enum?: readonly number[];
}

const schema = JSON.parse(
  fs.readFileSync(new URL("../../schema/stack.schema.json", import.meta.url), "utf8"),
) as Schema;

describe("the published limits", () => {
  it("are those of the schema", () => {
    const policy = schema.properties["policies"]!.items.properties;
    expect(schema.properties["plans"]!.items.properties["groups"]!.maxItems).toBe(figure("planGroups"));
    expect(policy["recoveryPointHistoryDuration"]!.maximum).toBe(figure("retentionHyperVHours"));
    expect(policy["recoveryPointHistory"]!.maximum).toBe(figure("retentionVmwareMinutes"));
    expect(policy["appConsistentFrequencyInMinutes"]!.maximum).toBe(figure("appConsistentMinutes"));
    const snapshots = policy["applicationConsistentSnapshotFrequencyInHours"]!;
    expect(snapshots.maximum).toBe(figure("snapshotFrequencyHyperVHours"));
    expect(policy["replicationInterval"]!.enum).toEqual(limits["replicationIntervalSeconds"]!.value);
    const server = schema.properties["azure"]!.properties["processServers"]!.items.properties;
    const bandwidth = server["bandwidth"]!.properties["limitKilobitsPerSecond"]!;
    expect(bandwidth.minimum).toBe(figure("throttleKilobitsPerSecond"));
  });

  it("are those of the support matrix", () => {
    const gibibyte = 1024 ** 3;
    expect(osDiskMaxBytes.bios.value).toBe(figure("osDiskBiosGibibytes") * gibibyte);
    expect(osDiskMaxBytes.uefi.value).toBe(figure("osDiskUefiGibibytes") * gibibyte);
    expect(dataDiskMaxBytes.value).toBe(figure("dataDiskGibibytes") * gibibyte);
    expect(dataDisksMax.value).toBe(figure("dataDisks"));
    expect(osDisks.value).toBe(figure("osDisks"));
  });

  it("say what they hold for, when that was said, and where", () => {
    for (const [name, { unit, scenario, date, source, checked }] of Object.entries(limits)) {
      expect(date, name).toMatch(/^\d{4}(-\d\d){0,2}$/);
      expect(checked, name).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(checked >= date, name).toBe(true);
      for (const text of [unit, scenario, source]) expect(text, name).not.toBe("");
    }
  });

  it("are each one of a rule, and rules have no others", () => {
    const used = ruleIds.flatMap((id) => rules[id].limits ?? []);
    expect([...new Set(used)].toSorted()).toEqual(Object.keys(limits).toSorted());
  });
});
