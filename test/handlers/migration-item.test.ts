import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { Handler } from "../../provider/handlers/handler.ts";
import { handlerOf } from "../../provider/handlers/registry.ts";
import type { DrillOutputs } from "../../provider/kinds/drill.ts";
import type {
  MigrationItemInputs as Inputs,
  MigrationItemOutputs as Outputs,
} from "../../provider/kinds/migration-item.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { migrationOf, vault } from "./migration-of.ts";

let site: FlowSite;
let handler: Handler;
let id: string;

beforeEach(async () => {
  site = await FlowSite.make({ flow: "M1", content: randomBytes(524_288) });
  handler = handlerOf("migration-item", site.engine);
  id = `${site.ids.get("container")}/replicationMigrationItems/web1`;
});
afterEach(() => site.remove());

const text = (more: Partial<Inputs> = {}): Inputs => migrationOf(site, more);

async function write(content: string): Promise<void> {
  const disk = await openTrackedDisk(site.image());
  await disk.write(Buffer.alloc(65_536, content), 65_536);
  await disk.close();
}

const properties = async (): Promise<Outputs["properties"]> =>
  ((await handler.read(id))!.outputs as Outputs).properties;

const notices = async (last: Inputs, wanted: Inputs): Promise<string[]> =>
  (await handler.diff(id, last, wanted)).notices.map((notice) => notice.text);

const targetFolder = (): string => site.engine.findItem(id)!.details.recoveryMachine!.folder;
const targetImage = (): string => path.join(targetFolder(), "os.img");

describe("a migration item", () => {
  it("replicates a machine without an agent: a first copy, then what changed", async () => {
    const { outputs } = await handler.create(text(), quiet);
    expect((outputs as Outputs).migrated).toBe(false);
    expect(await properties()).toMatchObject({
      machineName: "web1",
      migrationState: "Replicating",
      testMigrateState: "None",
      allowedOperations: ["TestMigrate", "StartResync", "Migrate", "DisableMigration", "PauseReplication"],
      health: "Normal",
      providerSpecificDetails: { targetVmName: "web1-cloud", initialSeedingProgressPercentage: 100 },
    });
    await write("changed ");
    const cycle = await site.engine.replicate(id, quiet);
    expect(cycle!.bytesChanged).toBe(65_536);
    const toPath = path.join(site.folder, "point.img");
    await site.engine.points.export({ itemId: id, recoveryPoint: "latest", toPath, overwrite: true }, quiet);
    expect(site.hash(toPath)).toBe(site.hash(site.image()));
    expect((await handler.diff(id, text(), text())).changes).toEqual([]);
    await site.engine.pause(id, quiet);
    const paused = await properties();
    expect([paused.migrationState, paused.allowedOperations.at(-1)]).toEqual([
      "ProtectionSuspended",
      "ResumeReplication",
    ]);
    await site.engine.resume(id, quiet);
    expect((await properties()).migrationState).toBe("Replicating");
    await write("again ");
    await site.engine.replicate(id, quiet, "resync");
  });

  it("is tested in an isolated network, and then cleaned up, without touching the machine", async () => {
    await handler.create(text(), quiet);
    const drills = handlerOf("drill", site.engine);
    const drill = { ...vault, drillName: "try", protectedItemId: id };
    const inProduction = { ...drill, networkId: site.ids.get("network")! };
    await expect(drills.create(inProduction, quiet)).rejects.toThrow(/machines fail over to that network/);
    const live = await drills.create({ ...drill, networkId: site.ids.get("drill network")! }, quiet);
    const { testMachineName, evidence } = (live.outputs as DrillOutputs).properties;
    expect([testMachineName, evidence![0]!.sha256]).toEqual(["web1-cloud-test", site.hash(site.image())]);
    const tested = await properties();
    expect(tested).toMatchObject({
      migrationState: "Replicating",
      testMigrateState: "TestMigrationSucceeded",
      allowedOperations: ["TestMigrateCleanup", "PauseReplication"],
      lastTestMigrationStatus: "Succeeded",
    });
    expect(site.power(site.image())).toBe("running");
    const migrated = text({ migrated: true });
    await expect(handler.update(id, text(), migrated, quiet)).rejects.toThrow(
      /The migration of web1 is not allowed while its test failover runs/,
    );
    await drills.delete(live.id, quiet);
    expect((await properties()).testMigrateState).toBe("None");
  });

  it("migrates when its text says so, loses nothing, and keeps the machine when it is removed", async () => {
    await handler.create(text(), quiet);
    await write("last words ");
    const hash = site.hash(site.image());
    expect(await notices(text(), text({ migrated: true }))).toEqual([
      "web1: migration to the target, once and for all; the source is shut down first and its last changes are sent " +
        "and compared with its disks; there is no way back",
    ]);
    await handler.update(id, text(), text({ migrated: true }), quiet);
    expect([site.hash(targetImage()), site.hash(site.image())]).toEqual([hash, hash]);
    expect(site.power(site.image())).not.toBe("running");
    expect(site.power(targetImage())).toBe("running");
    expect(await properties()).toMatchObject({
      migrationState: "MigrationSucceeded",
      allowedOperations: ["DisableMigration"],
      lastMigrationStatus: "Succeeded",
      health: "None",
    });
    const same = await handler.diff(id, text({ migrated: true }), text({ migrated: true }));
    expect([same.changes, same.notices]).toEqual([[], []]);
    expect(await notices(text({ migrated: true }), text())).toEqual([expect.stringMatching(/no way back/)]);
    await expect(handler.update(id, text({ migrated: true }), text(), quiet)).rejects.toThrow(/no way back/);
    await expect(site.engine.replicate(id, quiet)).rejects.toThrow(/does not replicate now: Migrated/);
    const kept = targetImage();
    await handler.delete(id, quiet);
    expect([await handler.read(id), fs.existsSync(kept), site.hash(kept)]).toEqual([undefined, true, hash]);
    expect(site.power(kept)).toBe("running");
  });

  it("can leave the source running, and goes back to where it was when the migration fails", async () => {
    await handler.create(text(), quiet);
    const wanted = text({ migrated: true, migration: { shutDownSource: false } });
    expect((await notices(text(), wanted))[0]).toMatch(/the source keeps running/);
    const stop = new AbortController();
    const powers: string[] = [];
    const work = {
      signal: stop.signal,
      report: (line: string) => {
        if (!line.startsWith("Make the replica machine")) return;
        powers.push(site.power(site.image()));
        stop.abort();
      },
    };
    await expect(handler.update(id, text(), text({ migrated: true }), work)).rejects.toThrow(
      /The migration was rolled back: web1 runs at the primary side again/,
    );
    expect(powers).toEqual(["off"]);
    expect(site.power(site.image())).toBe("running");
    expect(await properties()).toMatchObject({
      migrationState: "Replicating",
      lastMigrationStatus: "Cancelled",
    });
    await handler.update(id, text(), wanted, quiet);
    expect([site.power(site.image()), site.power(targetImage())]).toEqual(["running", "running"]);
    expect(site.hash(targetImage())).toBe(site.hash(site.image()));
  });

  it("is left alone when somebody migrated it outside of the program, and adopted when the text says so", async () => {
    await handler.create(text(), quiet);
    await site.engine.moves.migrate(id, true, quiet);
    expect((await handler.diff(id, text(), text())).changes).toEqual([]);
    expect(await notices(text(), text())).toEqual([
      expect.stringMatching(
        /migrated outside of this program, which says migrated: false\. It is left alone/,
      ),
    ]);
    await handler.update(id, text(), text(), quiet);
    const adopted = text({ migrated: true });
    expect(await notices(text(), adopted)).toEqual(["web1 is migrated already; nothing will be moved"]);
    const { outputs } = await handler.update(id, text(), adopted, quiet);
    expect((outputs as Outputs).migrated).toBe(true);
    const other = migrationOf(site, { migrated: true }, { vmwareMachineId: "db1" });
    expect(await notices(adopted, other)).toEqual([
      expect.stringMatching(/would replicate its source again/),
    ]);
  });

  it("waits for a resync by hand where performAutoResync is false", async () => {
    await handler.create(migrationOf(site, {}, { performAutoResync: "false" }), quiet);
    fs.writeFileSync(site.image(), randomBytes(524_288));
    fs.writeFileSync(`${site.image()}.hrl`, "no log at all");
    expect(await site.engine.replicate(id, quiet)).toBeUndefined();
    expect(await properties()).toMatchObject({ replicationStatus: expect.stringMatching(/by hand only/) });
    const cycle = await site.engine.replicate(id, quiet, "resync");
    expect([cycle!.blocksSent, (await properties()).replicationStatus]).toEqual([8, "Normal"]);
  });
});
