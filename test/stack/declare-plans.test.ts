import fs from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { checkSchema } from "../../provider/handlers/check-schema.ts";
import type { RecoveryPlanInputs } from "../../provider/kinds/recovery-plan.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";
import { goodDefinition } from "./good-definition.ts";
import { makeSurroundings } from "./surroundings.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  makeSurroundings(folder);
});

function declared(plan: string): { plan: Declaration; machines: Declaration[] } {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, goodDefinition.replace("- { name: shop, groups: [[db1], [web1]] }", plan));
  const all = declarationsOf(readStack(file));
  const found = all.find(({ kind }) => kind === "recovery-plan")!;
  return { plan: found, machines: all.filter(({ kind }) => kind === "protected-item") };
}

const long = `
  - name: shop
    activeLocation: primary
    failover: { commit: manual }
    shutdown:
      before: [{ manual: tell the users }]
    move:
      after: [{ script: check.sh, at: primary, timeout: PT5M, on: [planned, test, failback] }]
    groups:
      - [db1]
      - machines: [web1]
        after: [{ script: check.sh, name: smoke }]`;

describe("the plans of a definition", () => {
  it("are groups of machines, with steps in Azure's words", () => {
    const { plan } = declared(long);
    expect(checkSchema("recovery-plan", plan.inputs)).toEqual([]);
    const { properties, activeLocation, failover } = plan.inputs as RecoveryPlanInputs;
    expect([activeLocation, failover]).toEqual(["primary", { commit: "manual" }]);
    const [shutdown, move, first, second] = properties.groups;
    expect(properties.groups.map(({ groupType }) => groupType)).toEqual([
      "Shutdown",
      "Failover",
      "Boot",
      "Boot",
    ]);
    expect(shutdown!.startGroupActions).toEqual([
      {
        actionName: "tell the users",
        failoverTypes: ["PlannedFailover", "UnplannedFailover"],
        failoverDirections: ["PrimaryToRecovery"],
        customDetails: { instanceType: "ManualActionDetails", description: "tell the users" },
      },
    ]);
    const [out, back] = move!.endGroupActions!;
    expect([out!.failoverTypes, out!.failoverDirections]).toEqual([
      ["PlannedFailover", "TestFailover"],
      ["PrimaryToRecovery"],
    ]);
    expect([back!.failoverTypes, back!.failoverDirections]).toEqual([
      ["PlannedFailover", "UnplannedFailover"],
      ["RecoveryToPrimary"],
    ]);
    const details = out!.customDetails as { path: string; fabricLocation: string; timeout: string };
    expect([path.resolve(details.path), details.fabricLocation, details.timeout]).toEqual([
      path.join(folder, "check.sh"),
      "Primary",
      "PT5M",
    ]);
    expect(first!.endGroupActions).toBeUndefined();
    expect(second!.endGroupActions!.map(({ actionName }) => actionName)).toEqual(["smoke"]);
    expect(second!.replicationProtectedItems!.map(({ virtualMachineId }) => virtualMachineId)).toEqual([
      "web1",
    ]);
    expect(plan.dependsOn).toEqual(["machine/db1", "machine/web1"]);
  });

  it("say where their machines run, which the machines then leave to them", () => {
    const sides = (plan: string): unknown[] =>
      declared(plan).machines.map(({ inputs }) => (inputs as { activeLocation?: string }).activeLocation);
    expect(sides(long)).toEqual([undefined, undefined]);
    expect(sides("- { name: shop, groups: [[db1], [web1]] }")).toEqual(["primary", "primary"]);
  });
});
