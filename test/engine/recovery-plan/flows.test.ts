import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { nameOf } from "../../../provider/arm-id.ts";
import type {
  PlanOperationName,
  PlanRequest,
} from "../../../provider/engine/recovery-plan/recovery-plans.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { ProtectedItemInputs } from "../../../provider/kinds/protected-item.ts";
import type { RecoveryPlanInputs } from "../../../provider/kinds/recovery-plan.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const machines = ["db1", "web1"] as const;
let planId: string;

function fabricId(name: string): string {
  const fabrics = site.engine.listThings({ kind: "fabric" }).map(({ id }) => id);
  return fabrics.find((id) => nameOf(id) === name) ?? "Microsoft Azure";
}

/** A site of a flow with two machines, and a plan that starts the database first. */
async function make(flow: FlowId, group?: string): Promise<void> {
  site = await FlowSite.make({ flow, machines, content: randomBytes(256 * 1024) });
  for (const name of machines) {
    const { properties } = site.inputs(name);
    const settings = { ...properties!.providerSpecificDetails!, multiVmGroupName: group };
    const grouped = {
      ...properties,
      providerSpecificDetails: settings,
    } as ProtectedItemInputs["properties"] & object;
    await site.protect(name, group === undefined ? {} : { properties: grouped });
  }
  const back = path.join(site.folder, "back.sh");
  fs.writeFileSync(back, `#!/bin/sh\npwd >> ${site.folder}/notes\n`, { mode: 0o755 });
  const wanted: RecoveryPlanInputs = {
    resourceGroupName: "dr",
    resourceName: "dr-vault",
    recoveryPlanName: "shop",
    properties: {
      primaryFabricId: fabricId("london"),
      recoveryFabricId: fabricId("paris"),
      groups: [
        ...machines.map((name) => ({
          groupType: "Boot",
          replicationProtectedItems: [{ id: site.itemId(name) }],
        })),
        {
          groupType: "Failover",
          endGroupActions: [
            {
              actionName: "back",
              failoverTypes: ["PlannedFailover", "UnplannedFailover"],
              failoverDirections: ["RecoveryToPrimary"],
              customDetails: { instanceType: "ScriptActionDetails", path: back, fabricLocation: "Primary" },
            },
          ],
        },
      ],
    },
  };
  planId = (await handlerOf("recovery-plan", site.engine).create(wanted, quiet)).id;
}

const run = (operation: PlanOperationName, more: Partial<PlanRequest> = {}): Promise<unknown> =>
  site.engine.plans.run(planId, { operation, ...more }, quiet);
const allowed = (): readonly string[] => site.engine.plans.view(planId).allowedOperations;
const states = (): string[] => machines.map((name) => site.item(name).state);

async function write(image: string): Promise<string> {
  const disk = await openTrackedDisk(image);
  await disk.write(randomBytes(1000), 70_000);
  await disk.close();
  return site.hash(image);
}

describe.each(["S1", "S5", "S6"] as const)("a plan of the flow %s", (flow) => {
  it("[V2F-2] takes its machines out and back by the way that their flow has", async () => {
    await make(flow);
    const hasPlanned = flow === "S6";
    const out = hasPlanned ? "PlannedFailover" : "UnplannedFailover";
    expect(allowed()).toEqual([...(hasPlanned ? [out] : []), "UnplannedFailover", "TestFailover"]);
    await run(out);
    for (const name of machines) {
      expect(site.hash(site.replica(name))).toBe(site.hash(site.image(name)));
      expect([site.power(site.image(name)), site.power(site.replica(name))]).toEqual(["off", "running"]);
    }
    await run("Commit");
    if (!hasPlanned) {
      expect(allowed()).toEqual(["ReverseReplicate"]);
      await run("ReverseReplicate");
    }
    expect([states(), allowed()]).toEqual([["ReverseProtected", "ReverseProtected"], ["Failback"]]);
    const written = await write(site.replica("db1"));
    await run("Failback");
    expect(site.hash(site.image("db1"))).toBe(written);
    for (const name of machines) {
      expect([site.power(site.image(name)), site.power(site.replica(name))]).toEqual(["running", "off"]);
    }
    const notes = fs.readFileSync(path.join(site.folder, "notes"), "utf8").trim().split("\n");
    expect(notes.map((folder) => path.dirname(folder))).toEqual([path.join(site.folder, "london")]);
    await run("Commit");
    await run("ReverseReplicate");
    expect(states()).toEqual(["Protected", "Protected"]);
  });

  it("[V2F-2] is taken out and back by its activeLocation", async () => {
    await make(flow);
    const plans = handlerOf("recovery-plan", site.engine);
    const text = (await plans.read(planId))!.inputs as RecoveryPlanInputs;
    const at = (activeLocation: "primary" | "recovery"): RecoveryPlanInputs => ({ ...text, activeLocation });
    await plans.update(planId, text, at("recovery"), quiet);
    expect(machines.map((name) => site.item(name).activeLocation)).toEqual(["recovery", "recovery"]);
    const written = await write(site.replica("web1"));
    await plans.update(planId, at("recovery"), at("primary"), quiet);
    expect([states(), site.hash(site.image("web1"))]).toEqual([["Protected", "Protected"], written]);
  });

  it("comes back unplanned when the machines at the recovery side are lost", async () => {
    await make(flow);
    await run(flow === "S6" ? "PlannedFailover" : "UnplannedFailover");
    await run("Commit");
    if (flow !== "S6") await run("ReverseReplicate");
    const wanted = machines.map((name) => site.hash(site.replica(name)));
    for (const name of machines) fs.rmSync(path.dirname(site.replica(name)), { recursive: true });
    await run("Failback", { unplanned: true });
    expect(machines.map((name) => site.hash(site.image(name)))).toEqual(wanted);
    expect(machines.map((name) => site.power(site.image(name)))).toEqual(["running", "running"]);
  });
});

describe("a plan of a replication group", () => {
  const instants = (): number[] =>
    machines.map((name) => site.item(name).details.recoveryMachine?.pointTakenAt ?? 0);

  it("[V2A-5] fails its machines over from one instant that all of them have", async () => {
    await make("S5", "shop");
    await write(site.image("db1"));
    await site.engine.replicate(site.itemId("db1"), quiet);
    await run("UnplannedFailover");
    const [first, second] = instants();
    expect([first! > 0, second]).toEqual([true, first]);
  });

  it("[V2A-5] keeps to that instant when it goes on with a machine that failed", async () => {
    await make("S5", "shop");
    await site.engine.replicate(site.itemId("db1"), quiet);
    // A person takes one machine to an instant that is not the newest any more when the plan runs.
    await site.engine.moves.failover(
      site.itemId("db1"),
      { kind: "unplanned", recoveryPoint: "latestMultiVm" },
      quiet,
    );
    await site.engine.replicate(site.itemId("web1"), quiet);
    await run("UnplannedFailover");
    const [first, second] = instants();
    expect(second).toBe(first);
    const points = await site.engine.recoveryPoints(site.itemId("web1"));
    expect(points.at(-1)!.takenAt).toBeGreaterThan(second!);
  });

  it("takes each machine's own point where none is shared yet", async () => {
    await make("S5", "shop");
    await run("UnplannedFailover");
    for (const [index, name] of machines.entries()) {
      const points = await site.engine.recoveryPoints(site.itemId(name));
      expect(instants()[index]).toBe(points.at(-1)!.takenAt);
    }
  });

  it("takes no other point where a shared one is asked for by its name", async () => {
    await make("S5", "shop");
    const asked = run("UnplannedFailover", { recoveryPoint: "latestMultiVm" });
    await expect(asked).rejects.toMatchObject({ code: "NotFound" });
    expect(states()).toEqual(["Protected", "Protected"]);
  });
});
