import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it } from "vitest";
import type { BlockSet } from "../../../provider/disks/block-set.ts";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { bitmapName } from "../../../provider/qemu/snapshots/names.ts";
import { pendingChanges } from "../../../provider/qemu/snapshots/pending-changes.ts";
import { takeGroupBitmapSnapshot } from "../../../provider/qemu/snapshots/take-bitmap-snapshot.ts";
import { describeWith } from "../installed.ts";
import { bitmapsOf, copyOf, MiB, programs, Rig } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.remove();
});

async function running(sizes?: Readonly<Record<string, number>>): Promise<Rig> {
  const rig = new Rig(sizes);
  rigs.push(rig);
  await rig.start();
  await rig.startGuest();
  return rig;
}

const block = (fill: number): Buffer => Buffer.alloc(blockSizeBytes, fill);

describeWith(programs, "snapshots by dirty bitmaps", () => {
  it("copies all that has data, then what has changed, of one instant while the guest writes", async () => {
    const rig = await running();
    const { expected } = rig.disk("os");
    const first = await rig.cycle();
    expect(first.disks[0]).toMatchObject({
      diskId: "os",
      sizeBytes: 8 * MiB,
      changes: { everything: "NewTracking" },
    });
    expect(rig.disk("os").replica.equals(expected)).toBe(true);

    rig.write("os", 2 * MiB, block(1));
    rig.write("os", 8 * MiB - 10, Buffer.alloc(10, 2));
    const atInstant = Buffer.from(expected);
    const second = await rig.take();
    rig.write("os", 2 * MiB, block(3));
    rig.write("os", 5 * MiB, block(4));
    expect([...(second.disks[0]!.changes as BlockSet)]).toEqual([32, 127]);
    rig.publish(second, [copyOf(rig.disk("os").replica, second.disks[0]!)]);
    await second.complete();
    await second.complete();
    expect(rig.disk("os").replica.equals(atInstant)).toBe(true);
    expect(fs.existsSync(second.disks[0]!.path)).toBe(false);
    expect(await bitmapsOf(rig.qmp, "os")).toEqual([bitmapName(second.disks[0]!.lineage)]);

    const third = await rig.cycle();
    expect([...(third.disks[0]!.changes as BlockSet)]).toEqual([32, 80]);
    expect(rig.disk("os").replica.equals(expected)).toBe(true);
    expect(fs.readFileSync(rig.disk("os").imagePath).equals(expected)).toBe(true);
  });

  it("keeps the changes of a cycle that was abandoned, also over a restart", async () => {
    const rig = await running();
    await rig.cycle();
    rig.write("os", 0, block(1));
    const failed = await rig.take();
    rig.write("os", MiB, block(2));
    await failed.abandon();
    await failed.abandon();
    expect(await bitmapsOf(rig.qmp, "os")).toEqual([bitmapName(rig.disk("os").since!)]);
    await rig.end();
    await rig.start();
    const { sizeBytes, since } = rig.disk("os");
    expect(await pendingChanges(rig.qmp, { address: { node: "os" }, sizeBytes, since })).toEqual({
      blocks: 2,
    });
    const next = await rig.cycle();
    expect([...(next.disks[0]!.changes as BlockSet)]).toEqual([0, 16]);
    expect(rig.disk("os").replica.equals(rig.disk("os").expected)).toBe(true);
  });

  it("counts pending changes while a snapshot is read, and leaves no name of its own behind", async () => {
    const rig = await running();
    await rig.cycle();
    rig.write("os", 0, block(1));
    const snapshot = await rig.take();
    rig.write("os", MiB, block(1));
    const { sizeBytes, since } = rig.disk("os");
    const disk = { address: { node: "os" }, sizeBytes, since };
    expect(await pendingChanges(rig.qmp, disk)).toEqual({ blocks: 2 });
    await snapshot.abandon();
    for (const command of ["query-jobs", "query-block-exports", "query-named-block-nodes"]) {
      const text = JSON.stringify(await rig.qmp.execute(command)).replace(bitmapName(since!), "");
      expect(text, command).not.toContain('"sr-');
    }
    expect(fs.readdirSync(path.join(rig.folder, "fleece"))).toEqual([]);
  });

  it("another process decides by the newest durable point alone what a dead one has left", async () => {
    const rig = await running();
    await rig.cycle();
    rig.write("os", 0, block(1));
    const first = await rig.take();
    const copy = copyOf(rig.disk("os").replica, first.disks[0]!);
    rig.write("os", MiB, block(2));
    // The point was not made: all is pending.
    const second = await rig.take();
    expect([...(second.disks[0]!.changes as BlockSet)]).toEqual([0, 16]);
    await second.abandon();
    // The point was made, and nobody has said so to QEMU.
    const third = await rig.take();
    const whole = copyOf(copy, third.disks[0]!);
    rig.publish(third, [whole]);
    rig.write("os", 3 * MiB, block(3));
    const fourth = await rig.cycle();
    expect([...(fourth.disks[0]!.changes as BlockSet)]).toEqual([48]);
    expect(rig.disk("os").replica.equals(rig.disk("os").expected)).toBe(true);
  });

  it("takes all disks of a machine at one instant", async () => {
    const rig = await running({ os: 4 * MiB, data: 6 * MiB });
    await rig.cycle();
    rig.write("os", 0, block(1));
    rig.write("data", 0, block(1));
    const snapshot = await rig.take();
    rig.write("os", 0, block(2));
    rig.write("data", 0, block(2));
    const [os, data] = snapshot.disks.map((disk) => copyOf(rig.disk(disk.diskId).replica, disk));
    expect([os![0], data![0]]).toEqual([1, 1]);
    await snapshot.complete();
  });

  it("reads no holes of the image, but what the guest zeroes after the instant", async () => {
    const rig = await running();
    const first = await rig.cycle();
    expect([...first.disks[0]!.dataBlocks]).toEqual([16, 17, 18]);
    rig.write("os", MiB, block(1));
    const atInstant = Buffer.from(rig.disk("os").expected);
    const nothing = async (): Promise<void> => Promise.resolve();
    const zero = async (): Promise<void> => {
      await Promise.resolve();
      rig.zero("os", MiB, MiB);
    };
    // Between the instant and the look at the image's holes the guest is thawed.
    await rig.cycle({ freeze: nothing, thaw: zero });
    expect(rig.disk("os").replica.equals(atInstant)).toBe(true);
    const last = await rig.cycle();
    expect((last.disks[0]!.changes as BlockSet).count).toBe(16);
    expect(last.disks[0]!.dataBlocks.count).toBe(0);
    expect(rig.disk("os").replica.equals(rig.disk("os").expected)).toBe(true);
  });

  it("reports why everything is to be compared", async () => {
    const rig = await running();
    await rig.cycle();
    const disk = rig.disk("os");
    const reasonFor = async (more: object): Promise<unknown> => {
      const request = rig.request();
      const snapshot = await rig.take({ disks: [{ ...request.disks[0]!, ...more }] });
      await snapshot.abandon();
      return snapshot.disks[0]!.changes;
    };
    expect(await reasonFor({ sizeBytes: 4 * MiB })).toEqual({ everything: "SizeChanged" });
    expect(await reasonFor({ since: { ...disk.since!, generation: 7 } })).toEqual({
      everything: "TrackingLost",
    });
    expect(await reasonFor({ since: { ...disk.since!, logId: "0".repeat(16) } })).toEqual({
      everything: "TrackingLost",
    });
    expect(await reasonFor({ since: undefined })).toEqual({ everything: "NewTracking" });
    // None of them has cost the changes that the true point needs.
    rig.write("os", 0, block(9));
    const snapshot = await rig.cycle();
    expect([...(snapshot.disks[0]!.changes as BlockSet)]).toEqual([0]);
    await rig.qmp.execute("block-dirty-bitmap-remove", { node: "os", name: bitmapName(disk.since!) });
    expect(await reasonFor({})).toEqual({ everything: "TrackingLost" });
  });

  it("refuses a disk that keeps no bitmaps, and says what to do", async () => {
    const rig = await running();
    await rig.qmp.execute("blockdev-add", { driver: "null-co", "node-name": "plain", size: MiB });
    const disks = [{ diskId: "plain", address: { node: "plain" }, sizeBytes: MiB }];
    await expect(rig.take({ disks })).rejects.toMatchObject({ code: "PrerequisitesNotMet", target: "plain" });
    const unknown = [{ diskId: "none", address: { node: "none" }, sizeBytes: MiB }];
    await expect(rig.take({ disks: unknown })).rejects.toMatchObject({ code: "NotFound" });
  });

  it("does not take QEMU's one NBD server from another program", async () => {
    const rig = await running();
    const socket = path.join(rig.folder, "other.sock");
    await rig.qmp.execute("nbd-server-start", { addr: { type: "unix", data: { path: socket } } });
    await rig.qmp.execute("blockdev-add", { driver: "null-co", "node-name": "other", size: MiB });
    await rig.qmp.execute("block-export-add", { type: "nbd", id: "other", "node-name": "other" });
    await expect(rig.take()).rejects.toMatchObject({ code: "Busy" });
    expect(JSON.stringify(await rig.qmp.execute("query-block-exports"))).toContain('"other"');
    expect(await bitmapsOf(rig.qmp, "os")).toEqual([]);
    await rig.qmp.execute("block-export-del", { id: "other", mode: "hard" });
    await rig.cycle();
  });
});

describeWith(programs, "freezing", () => {
  it("holds the guest for the instant alone, and thaws it whatever happens", async () => {
    const rig = await running();
    const steps: string[] = [];
    const step = (name: string) => async (): Promise<void> => {
      await Promise.resolve();
      steps.push(name);
    };
    const snapshot = await rig.take({ freeze: step("freeze"), thaw: step("thaw") });
    expect(snapshot).toMatchObject({ isFrozen: true, freezeFailure: undefined });
    expect(snapshot.frozenMs).toBeGreaterThan(0);
    await snapshot.abandon();
    const failing = async (): Promise<never> => Promise.reject(new Error("no agent"));
    const crash = await rig.take({ freeze: failing, thaw: step("thaw") });
    expect(crash).toMatchObject({ isFrozen: false, freezeFailure: new Error("no agent") });
    await crash.abandon();
    expect(steps).toEqual(["freeze", "thaw", "thaw"]);
    await expect(rig.take({ freeze: step("freeze"), thaw: failing })).rejects.toMatchObject({
      code: "JobFailed",
    });
    expect(await bitmapsOf(rig.qmp, "os")).toEqual([]);
    // An instant that QEMU refuses.
    const closing = async (): Promise<void> => {
      await Promise.resolve();
      steps.push("freeze");
      rig.qmp.close();
    };
    await expect(rig.take({ freeze: closing, thaw: step("last thaw") })).rejects.toMatchObject({
      code: "SourceUnreachable",
    });
    expect(steps.at(-1)).toBe("last thaw");
  });

  it("freezes a group before the first instant and thaws it after the last", async () => {
    const [one, other] = [await running(), await running()];
    const steps: string[] = [];
    const requests = [one, other].map((rig, index) => ({
      qmp: rig.qmp,
      ...rig.request(),
      freeze: async () => void (await Promise.resolve(steps.push(`freeze ${index}`))),
      thaw: async () => void (await Promise.resolve(steps.push(`thaw ${index}`))),
    }));
    const snapshots = await takeGroupBitmapSnapshot(requests);
    expect(steps.slice(0, 2).sort()).toEqual(["freeze 0", "freeze 1"]);
    expect(steps.slice(2).sort()).toEqual(["thaw 0", "thaw 1"]);
    for (const snapshot of snapshots) {
      expect(snapshot.isFrozen).toBe(true);
      await snapshot.complete();
    }
    // If one fails, the others are as before.
    other.qmp.close();
    await expect(takeGroupBitmapSnapshot(requests)).rejects.toMatchObject({ code: "SourceUnreachable" });
    expect(await bitmapsOf(one.qmp, "os")).toEqual([bitmapName(snapshots[0]!.disks[0]!.lineage)]);
  });
});
