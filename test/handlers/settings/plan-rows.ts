/** The settings of recovery plans and drills. */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { VirtualClock } from "../../../provider/clock.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import type { DrillOutputs } from "../../../provider/kinds/drill.ts";
import { weekdays } from "../../../provider/weekly-hours.ts";
import { quiet } from "../../engine/fixture.ts";
import { FlowSite } from "../../engine/flow-site.ts";
import { vault } from "../migration-of.ts";
import { moveRows } from "./move-looks.ts";
import {
  behaviour,
  behaviourAlone,
  type Changed,
  each,
  label,
  refused,
  replaces,
  type Row,
  type Rows,
  type Table,
  type World,
} from "./row.ts";

type Edge = "startGroupActions" | "endGroupActions";

const request = { operation: "UnplannedFailover" } as const;

/** A script that notes its name and the folder that it runs in. */
function script(site: FlowSite, name: string, text = ""): string {
  const file = path.join(site.folder, `${name}.sh`);
  fs.writeFileSync(file, `#!/bin/sh\n${text}\necho ${name} "$PWD" >> ${site.folder}/notes\n`, {
    mode: 0o755,
  });
  return file;
}

function action(site: FlowSite, more: object = {}, details: object = {}): object {
  const customDetails = {
    instanceType: "ScriptActionDetails",
    path: script(site, "first"),
    fabricLocation: "Primary",
  };
  return {
    actionName: "tell the team",
    failoverTypes: ["UnplannedFailover"],
    failoverDirections: ["PrimaryToRecovery"],
    customDetails: { ...customDetails, ...details },
    ...more,
  };
}

/** The groups with such an action at one edge of the first. */
const groupsWith = (site: FlowSite, edge: Edge, ...actions: object[]): object[] => [
  { groupType: "Boot", replicationProtectedItems: [{ id: site.itemId("db1") }], [edge]: actions },
  { groupType: "Boot", replicationProtectedItems: [{ id: site.itemId("web1") }] },
];

async function planWorld(edge: Edge = "startGroupActions"): Promise<World> {
  // Scripts take their time by a real clock.
  const site = await FlowSite.make({ flow: "S3", machines: ["db1", "web1"] });
  for (const name of ["db1", "web1"]) await site.protect(name);
  const inputs = {
    ...vault,
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: site.ids.get("fabric")!,
      recoveryFabricId: "Microsoft Azure",
      groups: groupsWith(site, edge, action(site)),
    },
    failover: { kind: "unplanned" },
  };
  const { id } = await handlerOf("recovery-plan", site.engine).create(inputs, quiet);
  return { site, id, inputs };
}

/** What scripts of a failover note: their names, and the folders that they run in. */
async function notesOf({ site, id }: World): Promise<string> {
  await site.engine.plans.run(id, request, quiet);
  const notes = path.join(site.folder, "notes");
  return fs.existsSync(notes) ? fs.readFileSync(notes, "utf8") : "";
}

/** What a run says of its steps. */
function told({ site, id }: World): string {
  const { inputs } = site.engine.findThing<Parameters<typeof site.engine.plans.describe>[1]>(id)!;
  return site.engine.plans.describe(id, inputs, request).join("\n");
}

/** A failover with another action does what it says. */
const runs = (
  edge: Edge,
  change: (site: FlowSite) => object,
  look: (notes: string, site: FlowSite) => void,
): Row =>
  behaviourAlone(async (changed: Changed) => {
    await changed.change(groupsWith(changed.site, edge, change(changed.site)));
    look(await notesOf(changed), changed.site);
  });

const isPassedOver = (notes: string): void => expect(notes).toBe("");

function actionRows(edge: Edge): Rows {
  const scripts = "customDetails(ScriptActionDetails)";
  const manual = "customDetails(ManualActionDetails)";
  const step = (site: FlowSite, description: string): object => ({
    ...action(site),
    customDetails: { instanceType: "ManualActionDetails", description },
  });
  const unknown = (site: FlowSite): object[] =>
    groupsWith(site, edge, action(site, {}, { instanceType: "Runbook" }));
  const rows: Rows = {
    actionName: behaviourAlone(async (changed) => {
      expect(told(changed)).toContain("tell the team");
      await changed.change(
        groupsWith(changed.site, edge, action(changed.site, { actionName: "call the owner" })),
      );
      expect(told(changed)).toContain("call the owner");
    }),
    "failoverTypes[]": runs(
      edge,
      (site) => action(site, { failoverTypes: ["PlannedFailover"] }),
      isPassedOver,
    ),
    "failoverDirections[]": runs(
      edge,
      (site) => action(site, { failoverDirections: ["RecoveryToPrimary"] }),
      isPassedOver,
    ),
    [`${scripts}.instanceType`]: behaviourAlone(async ({ site, change }) => {
      await expect(change(unknown(site))).rejects.toThrow(/customDetails/);
    }),
    [`${scripts}.path`]: runs(
      edge,
      (site) => action(site, {}, { path: script(site, "second") }),
      (notes) => expect(notes).toMatch(/^second /),
    ),
    [`${scripts}.timeout`]: behaviourAlone(async (changed) => {
      const slow = { path: script(changed.site, "slow", "sleep 60"), timeout: "PT1S" };
      await changed.change(groupsWith(changed.site, edge, action(changed.site, {}, slow)));
      await expect(notesOf(changed)).rejects.toThrow(/longer than its timeout of PT1S/);
    }),
    [`${scripts}.fabricLocation`]: runs(
      edge,
      (site) => action(site, {}, { fabricLocation: "Recovery" }),
      (notes, site) => expect(notes).toContain(path.join(site.folder, "home", "azure")),
    ),
    [`${manual}.instanceType`]: behaviourAlone(async ({ site, change }) => {
      await expect(change(unknown(site))).rejects.toThrow(/customDetails/);
    }),
    [`${manual}.description`]: behaviourAlone(async ({ site, id, change }) => {
      await change(groupsWith(site, edge, step(site, "switch the DNS")));
      const lines: string[] = [];
      const progress = { report: (line: unknown) => void lines.push(String(line)) };
      await site.engine.plans.run(id, request, progress, { waits: false }).catch(() => undefined);
      expect(lines.join()).toContain("tell the team (switch the DNS)");
    }),
  };
  return Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [`properties.groups[].${edge}[].${key}`, row]),
  );
}

const thursday = Date.UTC(2026, 0, 1, 12);
const schedule = { everyDays: 7, days: weekdays, at: "03:00", timeZone: "UTC" };

async function nextRunTime({ site, id }: World): Promise<string> {
  const live = await handlerOf("drill", site.engine).read(id);
  return (live!.outputs as DrillOutputs).properties.nextRunTime!;
}

/** When the next run is due after one that ran when it was due. */
async function nextRunAfterOne(world: World): Promise<string> {
  (world.site.clock as VirtualClock).advance(Date.parse(await nextRunTime(world)) - world.site.clock.now());
  await world.site.engine.drills.runIfDue(world.id, quiet);
  return nextRunTime(world);
}

/** A schedule that begins now is first due at another time. */
const nextRunOf = (to: unknown, time: string): Row =>
  behaviourAlone(async (changed) => {
    expect(await nextRunTime(changed)).toBe("2026-01-02T03:00:00.000Z");
    await changed.change(to);
    expect(await nextRunTime(changed)).toBe(time);
  });

const fixed = ["resourceGroupName", "resourceName"];
const shutdownOnly = [{ groupType: "Shutdown" }];

export const planTables: Partial<Record<KindName, Table>> = {
  "recovery-plan": {
    worlds: {
      "": () => planWorld(),
      "properties.groups[].endGroupActions": () => planWorld("endGroupActions"),
    },
    rows: {
      ...each([...fixed, "recoveryPlanName"], replaces),
      ...each(["primaryFabricId", "recoveryFabricId", "failoverDeploymentModel"], replaces, "properties."),
      "properties.groups[].groupType": refused(shutdownOnly, /has no Boot group/),
      "properties.groups[].replicationProtectedItems[].id": behaviourAlone(async (changed) => {
        const { site, change } = changed;
        await change(groupsWith(site, "startGroupActions").slice(0, 1));
        await notesOf(changed);
        expect([site.item("db1").activeLocation, site.item("web1").activeLocation]).toEqual([
          "recovery",
          "primary",
        ]);
      }),
      "properties.groups[].replicationProtectedItems[].virtualMachineId": label(
        "a machine is its protected item",
        [{ groupType: "Boot", replicationProtectedItems: [{ virtualMachineId: "other" }] }],
      ),
      ...actionRows("startGroupActions"),
      ...actionRows("endGroupActions"),
      ...moveRows("recovery-plan", "db1"),
    },
  },
  drill: {
    worlds: {
      "": async () => {
        const site = await FlowSite.make({ flow: "S3" });
        await site.protect();
        const networkId = site.ids.get("drill network");
        const inputs = { ...vault, drillName: "try", protectedItemId: site.itemId(), networkId };
        const { id } = await handlerOf("drill", site.engine).create(inputs, quiet);
        return { site, id, inputs };
      },
      schedule: async () => {
        const site = await FlowSite.make({ flow: "S3", clock: new VirtualClock(thursday) });
        await site.protect();
        const networkId = site.ids.get("drill network");
        const subject = { protectedItemId: site.itemId(), networkId };
        const inputs = { ...vault, drillName: "try", ...subject, schedule };
        const { id } = await handlerOf("drill", site.engine).create(inputs, quiet);
        return { site, id, inputs };
      },
    },
    rows: {
      ...each(
        [...fixed, "drillName", "protectedItemId", "recoveryPlanId", "networkId", "recoveryPoint"],
        replaces,
      ),
      "schedule.everyDays": behaviour(async (changed) => {
        expect(await nextRunAfterOne(changed)).toBe("2026-01-09T03:00:00.000Z");
        await changed.change(30);
        expect(await nextRunTime(changed)).toBe("2026-02-01T03:00:00.000Z");
      }),
      "schedule.days[]": nextRunOf(["Monday"], "2026-01-05T03:00:00.000Z"),
      "schedule.at": nextRunOf("22:15", "2026-01-01T22:15:00.000Z"),
      "schedule.timeZone": nextRunOf("Asia/Tokyo", "2026-01-01T18:00:00.000Z"),
    },
  },
};
