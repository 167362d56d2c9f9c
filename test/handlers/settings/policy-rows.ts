/** The settings of replication policies. */
import fs from "node:fs";
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../../engine/fixture.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import type { FlowId } from "../../../provider/model/flows.ts";
import { migrationOf, vault } from "../migration-of.ts";
import {
  block,
  clockOf,
  cycle,
  health,
  hour,
  makeSite,
  markForResync,
  minute,
  minutesToNext,
  pointsAfter,
} from "./looks.ts";
import {
  behaviour,
  behaviourAlone,
  each,
  label,
  refused,
  replaces,
  type Row,
  type Table,
  type World,
} from "./row.ts";

async function world(flow: FlowId, settings: object): Promise<World> {
  const machines = flow === "S1" ? ["web1", "web2"] : ["web1"];
  const site = await makeSite(flow, { machines });
  await site.changePolicy(settings);
  if (flow === "M1") await handlerOf("migration-item", site.engine).create(migrationOf(site), quiet);
  else await site.protect();
  const inputs = { ...vault, policyName: "five", properties: { providerSpecificInput: settings } };
  return { site, id: site.ids.get("policy")!, inputs };
}

const itemOf = ({ site }: World): string =>
  site.flow === "M1" ? `${site.ids.get("container")}/replicationMigrationItems/web1` : site.itemId();

/** The schedule runs cycles that far apart. */
const interval = (to: number, minutes: number): Row =>
  behaviour(async (changed) => {
    const before = await minutesToNext(changed.site, itemOf(changed));
    await changed.change(to);
    expect(await minutesToNext(changed.site, itemOf(changed))).toBe(minutes);
    expect(before).not.toBe(minutes);
  });

/** How many points are left of one each half hour, by how long they are kept. */
const history = (to: number, left: number): Row =>
  behaviour(async (changed) => {
    expect(await pointsAfter(4, changed.site, itemOf(changed))).toBeGreaterThan(left);
    await changed.change(to);
    expect(await pointsAfter(1, changed.site, itemOf(changed))).toBe(left);
  });

/**
 * Points are to be app-consistent that far apart. The machine has no commands for it, which is then said; that the
 * commands run is tested elsewhere.
 */
const appConsistent = (to: number, minutes: number): Row =>
  behaviour(async (changed) => {
    const isAsked = async (after: number): Promise<boolean> => {
      clockOf(changed.site).advance(after * minute);
      await cycle(changed.site, itemOf(changed));
      return (await health(changed.site, itemOf(changed))).includes("is not app-consistent");
    };
    expect(await isAsked(minutes)).toBe(false);
    await changed.change(to);
    expect(await isAsked(minutes)).toBe(true);
    await changed.change(0);
    expect(await isAsked(minutes)).toBe(false);
  });

/** A point of ten minutes is late by a threshold of five, and was not before. */
const threshold = behaviour(async ({ site, change }) => {
  await cycle(site);
  clockOf(site).advance(10 * minute);
  expect(await health(site)).toBe("");
  await change(5);
  expect(await health(site)).toMatch(/over the threshold of 5 min/);
});

/** The initial replication waits for it. */
const startTime = behaviourAlone(async ({ site, change }) => {
  await handlerOf("protected-item", site.engine).delete(site.itemId(), quiet);
  await change(new Date(clockOf(site).now() + hour).toISOString());
  await site.protect();
  expect(site.item().state).toBe("EnablingReplication");
  clockOf(site).advance(hour);
  await cycle(site);
  expect(site.item().state).toBe("Protected");
});

/** Machines of a group keep their policy from forbidding groups. */
const groups = behaviourAlone(async ({ site, change }) => {
  const inputs = site.inputs();
  const settings = { ...inputs.properties!.providerSpecificDetails!, multiVmGroupName: "shop" };
  const grouped = { ...inputs, properties: { ...inputs.properties, providerSpecificDetails: settings } };
  const item = handlerOf("protected-item", site.engine);
  await item.update(site.itemId(), inputs, grouped, quiet);
  await expect(change("Disable")).rejects.toThrow(/web1 shares recovery points .* "shop"/);
  await item.update(site.itemId(), grouped, inputs, quiet);
  await change("Disable");
  await expect(item.update(site.itemId(), inputs, grouped, quiet)).rejects.toThrow(
    /multiVmSyncStatus Disable/,
  );
});

const bytesOfCycle = async ({ site }: World): Promise<number> => {
  await handlerOf("protected-item", site.engine).delete(site.itemId(), quiet);
  fs.writeFileSync(site.image(), Buffer.alloc(8 * block, "text "));
  await site.protect();
  fs.writeFileSync(site.image(), Buffer.alloc(8 * block, "words "));
  return (await site.engine.replicate(site.itemId(), quiet, "resync"))!.bytesSent;
};

/** Text travels as it is. */
const compression = behaviourAlone(async (changed) => {
  expect(await bytesOfCycle(changed)).toBeLessThan(block);
  await changed.change("Disable");
  expect(await bytesOfCycle(changed)).toBeGreaterThan(8 * block);
  const image = changed.site.hash(changed.site.image());
  await changed.site.engine.moves.failover(
    changed.site.itemId(),
    { kind: "planned", recoveryPoint: "latest" },
    quiet,
  );
  expect(changed.site.hash(changed.site.replica())).toBe(image);
});

/** The line to the other host needs that port. */
const port = behaviour(async ({ site, change }) => {
  const path = { ...vault, fabricName: "london", networkPathName: "lan", purpose: "replication" } as const;
  const line = { ...path, connection: "Lan", recoveryFabricName: "paris", closedPorts: [9000] } as const;
  await handlerOf("network-path", site.engine).create(line, quiet);
  await cycle(site);
  await change(9000);
  await expect(cycle(site)).rejects.toThrow(/port 9000 \(the host at the other side\) is closed/);
});

/** The files of a machine's replica, wherever its side keeps them. */
function replicaFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".segment") || file.endsWith(".map"));
}

/** Disabling protection leaves the replica where it is. */
const replicaDeletion = behaviourAlone(async ({ site, change }) => {
  const removed = handlerOf("protected-item", site.engine);
  expect(replicaFiles(site.at("paris"))).not.toEqual([]);
  await removed.delete(site.itemId(), quiet);
  expect(replicaFiles(site.at("paris"))).toEqual([]);
  await change("NotRequired");
  await site.protect();
  const lines: string[] = [];
  await removed.delete(site.itemId(), { report: (line) => void lines.push(String(line)) });
  expect(replicaFiles(site.at("paris"))).not.toEqual([]);
  expect(lines.join()).toMatch(/replica and recovery points are kept/);
});

/** Only machines with a replica there are left, and no other account is taken. */
const storageAccounts = behaviour(async ({ site, change }) => {
  const other = {
    resourceGroupName: "dr",
    accountName: "others",
    kind: "StorageV2",
    sku: { name: "Standard_LRS" },
  };
  const { id } = await handlerOf("storage-account", site.engine).create(other, quiet);
  await expect(change([id])).rejects.toThrow(
    /replica of web1 is in replicas, which storageAccounts no longer lists/,
  );
  await handlerOf("protected-item", site.engine).delete(site.itemId(), quiet);
  await change([id]);
  await expect(site.protect()).rejects.toThrow(/its policy allows only the storage accounts others/);
});

/** At ten on a Wednesday a resync waits for the end of office hours, and with other ones does not. */
const office = (to: unknown): Row =>
  behaviour(async ({ site, change }) => {
    markForResync(site.image());
    expect(await cycle(site)).toBeUndefined();
    await change(to);
    expect(await cycle(site)).toMatchObject({ blocksSent: 4 });
  });

const azure = "properties.providerSpecificInput(HyperVReplicaAzure)";
const vmware = "properties.providerSpecificInput(InMageAzureV2)";
const site = "properties.providerSpecificInput(InMage)";
const hosts = "properties.providerSpecificInput(HyperVReplica2012R2)";
const migration = "properties.providerSpecificInput(VMwareCbt)";

const officeHours = { from: "08:00", to: "18:00", timeZone: "Europe/London" };

const policyTable: Table = {
  worlds: {
    "": () => world("S3", { instanceType: "HyperVReplicaAzure" }),
    [vmware]: () => world("S1", { instanceType: "InMageAzureV2", multiVmSyncStatus: "Enable" }),
    [site]: () => world("S5", { instanceType: "InMage", multiVmSyncStatus: "Enable" }),
    [hosts]: () => world("S6", { instanceType: "HyperVReplica2012R2", recoveryPoints: 4 }),
    [migration]: () => world("M1", { instanceType: "VMwareCbt" }),
    officeHours: async () => {
      const made = await world("S3", { instanceType: "HyperVReplicaAzure" });
      const inputs = { ...made.inputs, officeHours };
      await handlerOf("policy", made.site.engine).update(made.id, made.inputs, inputs, quiet);
      return { ...made, inputs };
    },
  },
  rows: {
    ...each(["resourceGroupName", "resourceName", "policyName"], replaces),
    ...each(
      [azure, vmware, site, hosts, migration].map((type) => `${type}.instanceType`),
      replaces,
    ),
    [`${azure}.recoveryPointHistoryDuration`]: history(1, 3),
    [`${azure}.applicationConsistentSnapshotFrequencyInHours`]: appConsistent(1, 60),
    [`${azure}.replicationInterval`]: interval(900, 15),
    [`${azure}.onlineReplicationStartTime`]: startTime,
    [`${azure}.storageAccounts[]`]: storageAccounts,
    [`${vmware}.recoveryPointHistory`]: history(60, 3),
    [`${vmware}.crashConsistentFrequencyInMinutes`]: interval(60, 60),
    [`${vmware}.appConsistentFrequencyInMinutes`]: appConsistent(30, 30),
    [`${vmware}.recoveryPointThresholdInMinutes`]: threshold,
    [`${vmware}.multiVmSyncStatus`]: groups,
    [`${site}.recoveryPointHistory`]: history(60, 3),
    [`${site}.appConsistentFrequencyInMinutes`]: appConsistent(30, 30),
    [`${site}.recoveryPointThresholdInMinutes`]: threshold,
    [`${site}.multiVmSyncStatus`]: groups,
    [`${hosts}.recoveryPoints`]: history(1, 3),
    [`${hosts}.applicationConsistentSnapshotFrequencyInHours`]: appConsistent(1, 60),
    [`${hosts}.replicationFrequencyInSeconds`]: interval(30, 0.5),
    [`${hosts}.compression`]: compression,
    [`${hosts}.initialReplicationMethod`]: refused("Offline", /initialReplicationMethod/),
    [`${hosts}.onlineReplicationStartTime`]: startTime,
    [`${hosts}.replicationPort`]: port,
    [`${hosts}.allowedAuthenticationType`]: label(
      "folders that stand for hosts prove nothing to each other",
      2,
    ),
    [`${hosts}.replicaDeletion`]: replicaDeletion,
    [`${migration}.recoveryPointHistoryInMinutes`]: history(60, 3),
    [`${migration}.crashConsistentFrequencyInMinutes`]: interval(30, 30),
    [`${migration}.appConsistentFrequencyInMinutes`]: appConsistent(30, 30),
    "officeHours.days[]": office(["Monday"]),
    "officeHours.from": office("11:00"),
    "officeHours.to": office("09:00"),
    "officeHours.timeZone": office("America/New_York"),
  },
};

export const policyTables: Partial<Record<KindName, Table>> = { policy: policyTable };
