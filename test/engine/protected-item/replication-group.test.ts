import { randomBytes, randomInt } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { groupMachinesMax } from "../../../provider/engine/protected-item/replication-group.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { TrackedDisk } from "../../../provider/disks/disk.ts";
import type { ProtectedItemInputs } from "../../../provider/kinds/protected-item.ts";
import { runProgram } from "../../cli/run-program.ts";
import { FlowSite } from "../flow-site.ts";
import { quiet } from "../fixture.ts";

let site: FlowSite;
afterEach(() => site.remove());

const machines = ["db1", "db2", "web1"];

function grouped(machine: string, group: string): Partial<ProtectedItemInputs> {
  const { properties } = site.inputs(machine);
  const settings = { ...properties!.providerSpecificDetails!, multiVmGroupName: group };
  return { properties: { ...properties, providerSpecificDetails: settings } as typeof properties & object };
}

async function make(): Promise<void> {
  site = await FlowSite.make({ flow: "S5", machines, content: randomBytes(262_144) });
  for (const name of ["db1", "db2"]) await site.protect(name, grouped(name, "shop"));
  await site.protect("web1");
}

const count = (name: string): Promise<number> =>
  site.engine.recoveryPoints(site.itemId(name)).then((points) => points.length);

async function counterIn(machine: string, recoveryPoint: string): Promise<number> {
  const toPath = path.join(site.folder, "point.img");
  await site.engine.points.export(
    { itemId: site.itemId(machine), recoveryPoint, toPath, overwrite: true },
    quiet,
  );
  return fs.readFileSync(toPath).readUInt32LE(0);
}

/** Writes a counter to the first disk, then to the second, again and again, until it is stopped. */
async function countUp(disks: readonly TrackedDisk[], signal: AbortSignal): Promise<void> {
  for (let value = 1; !signal.aborted; value += 1) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    for (const disk of disks) {
      await disk.write(bytes, 0);
      for (let pause = randomInt(4); pause > 0; pause -= 1) await setImmediate();
    }
  }
}

describe("a replication group with a machine that is paused", () => {
  it("waits as a whole, and each of its machines says for whom", async () => {
    await make();
    await site.engine.pause(site.itemId("db1"), quiet);
    const before = await Promise.all(machines.map(count));
    await expect(site.engine.replicate(site.itemId("db2"), quiet)).rejects.toThrow(
      /^db2 was not replicated: it waits with the machines that share its recovery points: db1 is paused since .*`siterecovery resume db1`/,
    );
    const { healthNotes, replicationHealth } = await site.engine.viewItem(site.itemId("db2"));
    expect([replicationHealth, healthNotes[0]?.text]).toEqual([
      "Warning",
      expect.stringContaining("db1 is paused since") as string,
    ]);
    const run = await runProgram(path.join(site.folder, "home"), "replicate");
    expect([run.code, run.stderr]).toEqual([
      0,
      "db1: left alone, it is paused\ndb2: left alone, db1, which shares its recovery points, is paused\n",
    ]);
    const after = await Promise.all(machines.map(count));
    expect(after.map((points, index) => points - before[index]!)).toEqual([0, 0, 1]);
  });
});

describe("a replication group", () => {
  it(
    "[V2A-5] shares recovery points of one instant, whatever is written meanwhile",
    { timeout: 60_000 },
    async () => {
      await make();
      const disks = await Promise.all(["db1", "db2"].map((name) => openTrackedDisk(site.image(name))));
      const zero = Buffer.alloc(4);
      for (const disk of disks) await disk.write(zero, 0);
      const stop = new AbortController();
      const writing = countUp(disks, stop.signal);
      for (let cycle = 0; cycle < 12; cycle += 1) {
        // A cycle of so little data leaves the writer few turns of its own.
        for (let turn = randomInt(60); turn > 0; turn -= 1) await setImmediate();
        await site.engine.replicate(site.itemId("db2"), quiet);
      }
      stop.abort();
      await writing;
      for (const disk of disks) await disk.close();
      const [first, second] = await Promise.all(
        ["db1", "db2"].map((name) => site.engine.recoveryPoints(site.itemId(name))),
      );
      const instants = first!.filter((point) => point.multiVm);
      expect(instants.length).toBe(12);
      const seen = new Set<number>();
      for (const point of instants) {
        const twin = second!.find((other) => other.takenAt === point.takenAt)!;
        const [ahead, behind] = [await counterIn("db1", point.id), await counterIn("db2", twin.id)];
        expect(ahead - behind).toBeGreaterThanOrEqual(0);
        expect(ahead - behind).toBeLessThanOrEqual(1);
        seen.add(ahead);
      }
      expect(seen.size).toBeGreaterThan(3);
    },
  );

  it("[V2A-5] fails over from the newest instant that all of it have", async () => {
    await make();
    await site.engine.replicate(site.itemId("db1"), quiet);
    expect([await count("db1"), await count("db2"), await count("web1")]).toEqual([3, 3, 2]);
    const shared = (await site.engine.recoveryPoints(site.itemId("db1"))).at(-1)!;
    // One machine cannot be read: the other gets its point, and that is no point of the group.
    const lost = `${site.image("db2")}.away`;
    fs.renameSync(site.image("db2"), lost);
    await expect(site.engine.replicate(site.itemId("db1"), quiet)).rejects.toThrow(/db2/);
    fs.renameSync(lost, site.image("db2"));
    expect([await count("db1"), await count("db2")]).toEqual([4, 3]);
    expect((await site.engine.recoveryPoints(site.itemId("db1"))).at(-1)!.multiVm).toBe(false);
    const choice = { kind: "unplanned", recoveryPoint: "latestMultiVm" } as const;
    for (const name of ["db1", "db2"]) await site.engine.moves.failover(site.itemId(name), choice, quiet);
    for (const name of ["db1", "db2"]) {
      expect(site.item(name).details.recoveryMachine?.pointTakenAt, name).toBe(shared.takenAt);
    }
  });

  it("has no shared point for a machine that is in none", async () => {
    await make();
    const choice = { kind: "unplanned", recoveryPoint: "latestMultiVm" } as const;
    await expect(site.engine.moves.failover(site.itemId("web1"), choice, quiet)).rejects.toThrow(
      /has no recovery point "latestMultiVm"/,
    );
  });

  function withoutMultiVm(): Promise<unknown> {
    const policy = { resourceGroupName: "dr", resourceName: "dr-vault", policyName: "five" };
    const settings = { instanceType: "InMage", multiVmSyncStatus: "Disable" };
    const wanted = { ...policy, properties: { providerSpecificInput: settings } };
    return handlerOf("policy", site.engine).update(site.ids.get("policy")!, wanted, wanted, quiet);
  }

  it("is refused where the policy has no multi-VM consistency, and beyond its limit", async () => {
    const names = Array.from({ length: groupMachinesMax + 1 }, (_, index) => `vm${index}`);
    site = await FlowSite.make({ flow: "S5", machines: names, content: randomBytes(65_536) });
    for (const name of names.slice(1)) await site.protect(name, grouped(name, "shop"));
    await expect(site.protect("vm0", grouped("vm0", "Shop"))).rejects.toThrow(/has 16 machines, the most/);
    await expect(withoutMultiVm()).rejects.toThrow(
      /shares recovery points with the replication group "shop"/,
    );
    site.remove();
    site = await FlowSite.make({ flow: "S5", machines: ["vm0"], content: randomBytes(65_536) });
    await withoutMultiVm();
    await expect(site.protect("vm0", grouped("vm0", "other"))).rejects.toThrow(/multiVmSyncStatus Disable/);
    expect(site.engine.findItem(site.itemId("vm0"))).toBeUndefined();
  });
});
