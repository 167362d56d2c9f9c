import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blockCountOf, blockSizeBytes, type MachineSnapshot } from "../../../provider/disks/disk.ts";
import type { SourceDisk } from "../../../provider/ports/snapshots.ts";
import { describeWith } from "../../qemu/installed.ts";
import { GuestSite, diskSizeBytes, newSnapshots, processesOf, programs } from "./guest-site.ts";

let site: GuestSite;
beforeEach(() => {
  site = new GuestSite();
});
afterEach(() => site.remove());

async function take(...disks: readonly SourceDisk[]): Promise<MachineSnapshot> {
  const [snapshot] = await site.snapshots.take([disks]);
  return snapshot!;
}

/** One whole cycle of a disk. Returns the blocks that it had to copy, or why all of them. */
async function cycle(disk: SourceDisk): Promise<readonly string[] | number[]> {
  const snapshot = await take(disk);
  const [taken] = snapshot.disks;
  const result = taken!.resyncRequired ? taken!.resyncReasons : [...taken!.changedBlocks()];
  await snapshot.finishReading?.();
  await snapshot.complete();
  return result;
}

async function running(name = "web1", diskIds?: readonly string[]): Promise<SourceDisk> {
  const machine = site.make(name, {}, diskIds);
  await site.machines.start(machine);
  return site.disk(machine);
}

async function kill(machine: string): Promise<void> {
  const guest = site.guest(machine);
  guest.signal("SIGKILL");
  await guest.hasEnded(20_000);
}

describeWith(programs, "snapshots of a machine that QEMU runs", () => {
  it("copy everything once, then exactly what has changed, of one instant", async () => {
    const disk = await running();
    expect(await site.snapshots.stateOf(disk)).toMatchObject({ tracked: false, resyncRequired: true });
    const first = await take(disk);
    expect(first.disks[0]).toMatchObject({ sizeBytes: diskSizeBytes, resyncReasons: ["NewTracking"] });
    const before = fs.readFileSync(disk.path);
    await site.write(disk.machine, 5, 9);
    const read = Buffer.alloc(diskSizeBytes);
    first.disks[0]!.read(read, 0);
    expect(read.equals(before)).toBe(true);
    await first.finishReading?.();
    await first.complete();
    await first.complete();

    expect(await site.snapshots.stateOf(disk)).toMatchObject({ tracked: true, pendingBlocks: 1 });
    await site.write(disk.machine, 40, 9);
    const second = await take(disk);
    expect([...second.disks[0]!.changedBlocks()]).toEqual([5, 40]);
    expect(second.disks[0]!.continues(first.disks[0]!.lineage!)).toBe(true);
    const block = Buffer.alloc(4096);
    second.disks[0]!.read(block, 40 * blockSizeBytes);
    expect(block.equals(Buffer.alloc(4096, 9))).toBe(true);
    await second.complete();
    expect(await cycle(disk)).toEqual([]);
  });

  it("knows which blocks have data, so that an initial copy reads no other", async () => {
    const disk = await running();
    const first = await take(disk);
    const blocks = [...first.disks[0]!.dataRanges!()].flatMap(({ firstBlock, blockCount }) =>
      Array.from({ length: blockCount }, (_, index) => firstBlock + index),
    );
    expect(blocks).toEqual(expect.arrayContaining([0, 16, 17]));
    expect(blocks.length).toBeLessThanOrEqual(blockCountOf(diskSizeBytes));
    await first.abandon();
  });

  it("that are abandoned keep the changes pending, for another process too", async () => {
    const disk = await running();
    await cycle(disk);
    await site.write(disk.machine, 3, 1);
    const failed = await take(disk);
    await site.write(disk.machine, 7, 1);
    await failed.abandon();
    await failed.abandon();
    const other = newSnapshots();
    expect(await other.stateOf(disk)).toMatchObject({ pendingBlocks: 2, resyncRequired: false });
    const [next] = await other.take([[disk]]);
    expect([...next!.disks[0]!.changedBlocks()]).toEqual([3, 7]);
    await next!.complete();
  });

  it("go on while it is off, by the storage daemon, which ends each time", async () => {
    const disk = await running();
    await cycle(disk);
    await site.write(disk.machine, 3, 1);
    await site.machines.shutDown(disk.machine);
    expect(await site.snapshots.stateOf(disk)).toMatchObject({ pendingBlocks: 1, resyncRequired: false });
    expect(processesOf(disk.machine)).toEqual([]);
    expect(await cycle(disk)).toEqual([3]);
    expect(processesOf(disk.machine)).toEqual([]);
    await site.machines.start(disk.machine);
    await site.write(disk.machine, 4, 1);
    expect(await cycle(disk)).toEqual([4]);
  });

  it("a look at a machine that was never replicated makes nothing", async () => {
    const disk = site.disk(site.make());
    expect(await site.snapshots.stateOf(disk)).toMatchObject({
      tracked: false,
      resyncReasons: ["NewTracking"],
    });
    expect(fs.readdirSync(disk.machine).sort()).toEqual(["machine.yaml", "os.img"]);
  });

  it.each([false, true])(
    "say that another program has written the image while it was off (started since: %s)",
    async (isStarted) => {
      const disk = await running();
      await cycle(disk);
      await site.machines.shutDown(disk.machine);
      site.overwrite(disk);
      if (isStarted) await site.machines.start(disk.machine);
      expect(await site.snapshots.stateOf(disk)).toMatchObject({ resyncReasons: ["ChangedUntracked"] });
      expect(await cycle(disk)).toEqual(["ChangedUntracked"]);
      expect(await cycle(disk)).toEqual([]);
    },
  );

  it.each([false, true])(
    "say that tracking was lost when QEMU was killed (started since: %s)",
    async (isStarted) => {
      const disk = await running();
      await cycle(disk);
      await site.write(disk.machine, 3, 1);
      await kill(disk.machine);
      if (isStarted) await site.machines.start(disk.machine);
      expect(await cycle(disk)).toEqual(["TrackingLost"]);
      expect(await cycle(disk)).toEqual([]);
    },
  );

  it("of a machine whose QEMU was killed while one was read can be taken again, or removed with it", async () => {
    const disk = await running();
    await take(disk);
    await kill(disk.machine);
    expect(await cycle(disk)).toEqual(["NewTracking"]);
    await site.machines.start(disk.machine);
    await take(disk);
    await kill(disk.machine);
    await site.machines.remove(disk.machine);
    expect(fs.existsSync(disk.machine)).toBe(false);
  });

  it("with half of the disk changed ask for a comparison", async () => {
    const disk = await running();
    await cycle(disk);
    for (let block = 0; block < blockCountOf(diskSizeBytes) / 2; block += 1)
      await site.write(disk.machine, block, 5);
    expect(await site.snapshots.stateOf(disk)).toMatchObject({ resyncReasons: ["HalfOfDisk"] });
    expect(await cycle(disk)).toEqual(["HalfOfDisk"]);
  });

  it("of a machine with two disks are of one instant", async () => {
    const os = await running("web1", ["os", "data"]);
    const data = site.disk(os.machine, "data");
    await (await take(os, data)).complete();
    await site.write(os.machine, 1, 1, "os");
    await site.write(os.machine, 2, 1, "data");
    const snapshot = await take(os, data);
    expect(snapshot.disks.map((disk) => [...disk.changedBlocks()])).toEqual([[1], [2]]);
    await snapshot.complete();
  });

  it("begin anew by a reset: the disk counts as unchanged, and its lineage is the next one's", async () => {
    const disk = site.disk(site.make());
    const lineage = await site.snapshots.reset(disk);
    expect(await site.snapshots.stateOf(disk)).toMatchObject({ tracked: true, pendingBlocks: 0 });
    await site.machines.start(disk.machine);
    await site.write(disk.machine, 9, 1);
    const snapshot = await take(disk);
    expect([...snapshot.disks[0]!.changedBlocks()]).toEqual([9]);
    expect(snapshot.disks[0]!.continues(lineage!)).toBe(true);
    await snapshot.complete();
    await site.machines.shutDown(disk.machine);
    const next = await site.snapshots.reset(disk);
    expect((await site.snapshots.stateOf(disk)).continues(next!)).toBe(true);
    expect((await site.snapshots.stateOf(disk)).continues(lineage!)).toBe(false);
  });

  it("no reset nor writer has the images of a machine that runs", async () => {
    const disk = await running();
    await expect(site.snapshots.reset(disk)).rejects.toMatchObject({ code: "Busy" });
    const write = site.snapshots.whileNobodyWrites(disk, () => Promise.resolve(1));
    await expect(write).rejects.toMatchObject({ code: "Busy" });
    await site.machines.shutDown(disk.machine);
    expect(await site.snapshots.whileNobodyWrites(disk, () => Promise.resolve(1))).toBe(1);
  });

  it("of several machines begin together or not at all, whoever runs them", async () => {
    const ofQemu = await running();
    const ofFolder = site.disk(site.make("db1", { qemu: undefined }));
    const both = await site.snapshots.take([[ofFolder], [ofQemu]]);
    expect(both.map(({ disks }) => disks[0]!.path)).toEqual([ofFolder.path, ofQemu.path]);
    for (const snapshot of both) await snapshot.complete();
    await site.write(ofQemu.machine, 2, 2);

    const absent = { ...ofFolder, path: path.join(ofFolder.machine, "absent.img") };
    await expect(site.snapshots.take([[ofQemu], [absent]])).rejects.toMatchObject({ code: "NotFound" });
    const unknown = { ...ofQemu, diskId: "unknown" };
    await expect(site.snapshots.take([[ofFolder], [unknown]])).rejects.toMatchObject({ code: "NotFound" });
    const other = await running("app1");
    await expect(site.snapshots.take([[ofQemu], [{ ...other, diskId: "unknown" }]])).rejects.toThrow();
    // Each can be taken at once, and nothing is lost.
    expect(await cycle(ofQemu)).toEqual([2]);
    expect(await cycle(ofFolder)).toEqual([]);
  });

  it("of several guests hold the processors of all of them at the instant, and of none afterwards", async () => {
    const disks = [await running("web1"), await running("app1"), await running("db1")];
    const guests = disks.map(({ machine }) => site.guest(machine));
    const heldByUser = guests[2]!;
    await heldByUser.withPower((qmp) => qmp.execute("stop"));
    // An event of QEMU's for each time that a guest is held; a client hears them from when it has connected.
    const [first, second] = await Promise.all(
      guests.slice(0, 2).map((guest) =>
        guest.withPower(async (qmp) => {
          const taken = guest === guests[0] ? site.snapshots.take(disks.map((disk) => [disk])) : undefined;
          await qmp.waitFor("STOP", () => true, { timeoutMs: 30_000 });
          await qmp.waitFor("RESUME", () => true, { timeoutMs: 30_000 });
          return taken;
        }),
      ),
    );
    expect(second).toBeUndefined();
    for (const snapshot of first!) await snapshot.complete();
    const states = await Promise.all(guests.map(async (guest) => (await guest.power()).power));
    expect(states).toEqual(["running", "running", "paused"]);
  });
});
