/** What Pulumi keeps of a failover and a drill: the recovery point, how old its data was, and where the disks are. */
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { stringify } from "yaml";
import { VirtualClock } from "../../provider/clock.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { DrillOutputs } from "../../provider/kinds/drill.ts";
import type { MigrationItemOutputs } from "../../provider/kinds/migration-item.ts";
import type { ProtectedItemOutputs } from "../../provider/kinds/protected-item.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { quiet } from "../engine/fixture.ts";
import { machineDefinition } from "../machine-definition.ts";
import { clusterOf, clusterSite, nodes } from "./cluster-of.ts";
import { migrationOf, vault } from "./migration-of.ts";

const block = 65_536;
let clock: VirtualClock;
let site: FlowSite;

async function make(flow: "S3" | "M1"): Promise<void> {
  clock = new VirtualClock();
  site = await FlowSite.make({ flow, content: randomBytes(6 * block), clock });
}
afterEach(() => site.remove());

async function outputs(): Promise<ProtectedItemOutputs> {
  const live = await handlerOf("protected-item", site.engine).read(site.itemId());
  return live!.outputs as unknown as ProtectedItemOutputs;
}

async function drillFrom(recoveryPoint: string): Promise<DrillOutputs["properties"]> {
  const wanted = {
    ...vault,
    drillName: "try",
    protectedItemId: site.itemId(),
    networkId: site.ids.get("drill network")!,
    recoveryPoint,
  };
  const live = await handlerOf("drill", site.engine).create(wanted, quiet);
  return (live.outputs as unknown as DrillOutputs).properties;
}

const wait = (seconds: number): void => clock.advance(seconds * 1000);
const newestPoint = async (): Promise<string> =>
  (await site.engine.viewItem(site.itemId())).latestRecoveryPoint!.id;

it("a machine that failed over keeps it unchanged while time passes, and loses it when it is back", async () => {
  await make("S3");
  await site.protect();
  expect(await outputs()).not.toHaveProperty("runsFrom");
  const point = await newestPoint();
  wait(90);
  const moved = { ...site.inputs(), activeLocation: "recovery", failover: { kind: "unplanned" } };
  const handler = handlerOf("protected-item", site.engine);
  await handler.update(site.itemId(), site.inputs(), moved, quiet);
  const { runsFrom } = await outputs();
  expect(runsFrom).toMatchObject({
    folder: path.dirname(site.replica()),
    disks: [site.replica()],
    recoveryPoint: { id: point, kind: "CrashConsistent" },
  });
  expect(runsFrom!.dataAgeSeconds).toBeGreaterThanOrEqual(90);
  wait(3600);
  expect((await outputs()).runsFrom).toEqual(runsFrom);
  expect((await handler.diff(site.itemId(), moved, moved)).changes).toEqual([]);
  await handler.update(site.itemId(), moved, { ...moved, activeLocation: "primary" }, quiet);
  expect(await outputs()).not.toHaveProperty("runsFrom");
});

it("a drill from a point before a disk was added has the disks of that point", async () => {
  await make("S3");
  await site.protect();
  const point = await newestPoint();
  const folder = path.dirname(site.image());
  fs.writeFileSync(path.join(folder, "data.img"), randomBytes(3 * block));
  fs.writeFileSync(path.join(folder, "machine.yaml"), stringify(machineDefinition("web1", ["os", "data"])));
  await site.engine.replicate(site.itemId(), quiet);
  wait(120);
  const properties = await drillFrom(point);
  expect(properties).toMatchObject({ recoveryPointId: point, recoveryPointKind: "CrashConsistent" });
  expect(properties.dataAgeSeconds).toBeGreaterThanOrEqual(120);
  expect(properties.disks!.map((file) => path.basename(file))).toEqual(["os.img"]);
  expect(properties.evidence).toEqual([
    { diskId: "os", sizeBytes: 6 * block, sha256: site.hash(properties.disks![0]!) },
  ]);
});

it("a cluster and a plan have it of each machine at the recovery side, and lose it when all are back", async () => {
  site = await clusterSite("S3");
  const cluster = clusterOf(site);
  const plan = {
    ...vault,
    recoveryPlanName: "web",
    properties: {
      primaryFabricId: site.ids.get("fabric")!,
      recoveryFabricId: "Microsoft Azure",
      groups: [{ groupType: "Boot", replicationProtectedItems: [{ id: site.itemId("web1") }] }],
    },
  };
  for (const [kind, inputs, machines] of [
    ["protection-cluster", cluster, nodes],
    ["recovery-plan", plan, ["web1"]],
  ] as const) {
    const handler = handlerOf(kind, site.engine);
    const { id, outputs: before } = await handler.create(inputs, quiet);
    expect(before).not.toHaveProperty("runsFrom");
    const out = { ...inputs, activeLocation: "recovery" };
    const { outputs: moved } = await handler.update(id, inputs, out, quiet);
    expect((moved as { runsFrom?: object[] }).runsFrom).toMatchObject(
      machines.map((machine) => ({ machine, disks: [site.replica(machine)] })),
    );
    expect((await handler.diff(id, out, out)).changes).toEqual([]);
    const { outputs: back } = await handler.update(id, out, { ...out, activeLocation: "primary" }, quiet);
    expect(back).not.toHaveProperty("runsFrom");
  }
});

it("a migrated machine keeps it", async () => {
  await make("M1");
  const handler = handlerOf("migration-item", site.engine);
  const id = `${site.ids.get("container")}/replicationMigrationItems/web1`;
  const read = async (): Promise<MigrationItemOutputs> =>
    (await handler.read(id))!.outputs as unknown as MigrationItemOutputs;
  const inputs = migrationOf(site, {});
  await handler.create(inputs, quiet);
  expect(await read()).not.toHaveProperty("runsFrom");
  await handler.update(id, inputs, migrationOf(site, { migrated: true }), quiet);
  const { runsFrom, properties } = await read();
  expect(runsFrom!.recoveryPoint.id).toBe(properties.providerSpecificDetails.migrationRecoveryPointId);
  expect(runsFrom!.disks.map((file) => site.hash(file))).toEqual([site.hash(site.image())]);
});
