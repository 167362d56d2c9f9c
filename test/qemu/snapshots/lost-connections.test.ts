import { afterEach, expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { SeededRandom } from "../../../provider/random.ts";
import { connectQmp, type Qmp } from "../../../provider/qemu/qmp.ts";
import type { BitmapSnapshot } from "../../../provider/qemu/snapshots/take-bitmap-snapshot.ts";
import path from "node:path";
import { describeWith } from "../installed.ts";
import { copyOf, MiB, programs, Rig } from "./rig.ts";

const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.remove();
});

/** A connection that is lost at its n-th command: before QEMU gets it, or before its answer comes. */
function losing(qmp: Qmp, atCommand: number, isSent: boolean): Qmp {
  let left = atCommand;
  return {
    machine: qmp.machine,
    execute: async (command: string, args?: object) => {
      left -= 1;
      if (left > 0) return qmp.execute(command, args);
      if (left === 0 && isSent) void qmp.execute(command, args).catch(() => undefined);
      await new Promise((resolve) => setImmediate(resolve));
      qmp.close();
      return qmp.execute(command, args);
    },
    waitFor: qmp.waitFor.bind(qmp),
  } as unknown as Qmp;
}

class Guest {
  readonly rig: Rig;
  readonly #random: SeededRandom;

  constructor(rig: Rig, seed: number) {
    this.rig = rig;
    this.#random = new SeededRandom(seed);
  }

  chance(limit: number): number {
    return this.#random.integer(limit);
  }

  /** Writes of any size at any place, of both disks. */
  write(count = 1 + this.chance(4)): void {
    for (let done = 0; done < count; done += 1) {
      const disk = this.rig.disks[this.chance(this.rig.disks.length)]!;
      const offset = this.chance(disk.sizeBytes / 512) * 512;
      const length = Math.min(512 * (1 + this.chance(200)), disk.sizeBytes - offset);
      this.rig.write(disk.diskId, offset, Buffer.alloc(length, 1 + this.chance(255)));
    }
  }
}

/** One cycle, which the connection may not survive. `atEach` is called between its steps. */
async function attempt(rig: Rig, qmp: Qmp, guest: Guest): Promise<void> {
  const expected = rig.disks.map(() => Buffer.alloc(0));
  let snapshot: BitmapSnapshot | undefined;
  // The instant is within `take`; nothing writes meanwhile, so that it is known what it has to show.
  rig.disks.forEach((disk, index) => (expected[index] = Buffer.from(disk.expected)));
  try {
    snapshot = await rig.take({}, qmp);
    guest.write();
    const copies = snapshot.disks.map((disk) => copyOf(rig.disk(disk.diskId).replica, disk));
    guest.write();
    await snapshot.finishReading();
    copies.forEach((copy, index) => expect(copy.equals(expected[index]!)).toBe(true));
    if (guest.chance(4) === 0) {
      await snapshot.abandon();
      return;
    }
    rig.publish(snapshot, copies);
    await snapshot.complete();
  } catch (error) {
    if ((error as { code?: string }).code !== "SourceUnreachable") throw error;
  }
}

describeWith(programs, "a connection that is lost", () => {
  it.each([1, 2, 3])(
    "at any step costs no change, and the next cycle clears what is left (seed %i)",
    { timeout: 60_000 },
    async (seed) => {
      const rig = new Rig({ os: 4 * MiB, data: 4 * MiB + 512 });
      rigs.push(rig);
      await rig.start();
      await rig.startGuest();
      const guest = new Guest(rig, seed);
      const socketPath = path.join(rig.folder, "run", "storage.sock");
      rig.qmp.close();
      for (let round = 0; round < 12; round += 1) {
        guest.write();
        const qmp = await connectQmp(socketPath, { machine: "web1" });
        const isLost = round % 3 !== 2;
        await attempt(rig, isLost ? losing(qmp, 1 + guest.chance(75), guest.chance(2) === 0) : qmp, guest);
        qmp.close();
      }
      const qmp = await connectQmp(socketPath, { machine: "web1" });
      const last = await rig.cycle({}, qmp);
      for (const { diskId, expected, replica } of rig.disks)
        expect(replica.equals(expected), diskId).toBe(true);
      for (const { changes } of last.disks) expect("everything" in changes).toBe(false);
      qmp.close();
    },
  );

  it("right at the instant leaves both outcomes to the next cycle", { timeout: 60_000 }, async () => {
    const rig = new Rig();
    rigs.push(rig);
    await rig.start();
    await rig.startGuest();
    await rig.cycle();
    const socketPath = path.join(rig.folder, "run", "storage.sock");
    for (const isSent of [false, true]) {
      rig.write("os", 0, Buffer.alloc(blockSizeBytes, isSent ? 1 : 2));
      rig.qmp.close();
      const qmp = await connectQmp(socketPath, { machine: "web1" });
      const atTransaction = {
        machine: qmp.machine,
        waitFor: qmp.waitFor.bind(qmp),
        execute: async (command: string, args?: object) => {
          if (command !== "transaction") return qmp.execute(command, args);
          if (isSent) await qmp.execute(command, args);
          qmp.close();
          return qmp.execute(command, args);
        },
      } as unknown as Qmp;
      await expect(rig.take({}, atTransaction)).rejects.toMatchObject({ code: "SourceUnreachable" });
      rig.write("os", MiB, Buffer.alloc(100, 3));
      const next = await connectQmp(socketPath, { machine: "web1" });
      const snapshot = await rig.cycle({}, next);
      expect([...(snapshot.disks[0]!.changes as Iterable<number>)]).toEqual([0, 16]);
      expect(rig.disk("os").replica.equals(rig.disk("os").expected)).toBe(true);
      next.close();
    }
  });
});
