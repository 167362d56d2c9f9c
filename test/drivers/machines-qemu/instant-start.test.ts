/** A machine that runs from its recovery point before its disks are copied, whatever is killed meanwhile. */
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { qemuPlaceOf, runningGuest } from "../../../provider/drivers/machines-qemu/qemu-place.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import type { EngineParts } from "../../../provider/engine/engine-parts.ts";
import type { GuestProcess } from "../../../provider/qemu/guest-process.ts";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import { quiet } from "../../engine/fixture.ts";
import { FlowSite } from "../../engine/flow-site.ts";
import { machineDefinition } from "../../machine-definition.ts";
import { describeWith } from "../../qemu/installed.ts";
import { endProcessesOf, guestParts } from "../../qemu/small-guest.ts";
import {
  bootImage,
  byQemu,
  killServersOf,
  MiB,
  newSnapshots,
  processesOf,
  programs,
  serversOf,
  writeInGuest,
} from "./guest-site.ts";

const word = "a guest runs here";
const ready = { console: word };
/** Many chunks of a move, and a hole of 4 MiB. */
const content = Buffer.concat([bootImage(), randomFillSync(Buffer.alloc(28 * MiB)), Buffer.alloc(4 * MiB)]);

let site: FlowSite;
let parts: EngineParts;
let folder: string;

const guestOf = (machine: string): GuestProcess =>
  runningGuest(guestParts, qemuPlaceOf(guestParts.files, machine)!)!;
const write = (block: number, fill: number): Promise<void> =>
  writeInGuest(guestOf(folder), "os", `write -P ${fill} ${block * blockSizeBytes} 64k`);
const blockOf = (image: Buffer, block: number): Buffer =>
  image.subarray(block * blockSizeBytes, (block + 1) * blockSizeBytes);

/** What an image has to be: the source's content, and what the guest has written since. */
function expected(writes: Readonly<Record<number, number>>): Buffer {
  const image = Buffer.from(content);
  for (const [block, fill] of Object.entries(writes)) blockOf(image, Number(block)).fill(fill);
  return image;
}

async function untilWord(): Promise<void> {
  await expect
    .poll(() => guestOf(folder).console.lastLines(20).join(" "), { timeout: 100_000 })
    .toContain(word);
}

/** Serves the newest recovery point to a machine of its own, which is started. */
async function prepare(isKept = true): Promise<void> {
  const { details } = site.item();
  folder = path.join(site.folder, "replica");
  fs.mkdirSync(folder);
  const [point] = (await site.engine.recoveryPoints(site.itemId())).slice(-1);
  const { replicaStoreId, replicaId } = details;
  await parts.instantStart.prepare(folder, {
    point: { home: parts.home.folder, replicaStoreId, machineId: replicaId, pointId: point!.id },
    disks: [{ id: "os", file: "os.img", sizeBytes: content.length }],
    isKept,
  });
  const definition = machineDefinition("web1", ["os"], byQemu) as Parameters<typeof parts.machines.define>[1];
  if (isKept) await parts.snapshots.reset({ machine: folder, diskId: "os", path: image() }, definition);
  await parts.machines.define(folder, definition);
  await parts.machines.start(folder);
  await untilWord();
}

const image = (): string => path.join(folder, "os.img");

beforeEach(async () => {
  site = await FlowSite.make({ flow: "S3", content, machine: { ...byQemu, ready } });
  parts = openParts({ home: path.join(site.folder, "home") });
  await site.protect();
});
afterEach(async () => {
  await endProcessesOf(site.folder);
  await killServersOf(site.folder);
  parts.store.close();
  site.remove();
});

describeWith(programs, "a machine that is served from its recovery point", () => {
  it("boots without a copy, and runs on from its own images once they are whole", async () => {
    await prepare();
    expect(parts.instantStart.stateOf(folder)).toMatchObject({ isKept: true, isServed: true, percent: 0 });
    expect(fs.statSync(image()).blocks * 512).toBeLessThan(MiB);
    await write(9, 1);
    await expect(newSnapshots().take([[{ machine: folder, diskId: "os", path: image() }]])).rejects.toThrow(
      /web1 runs from its recovery point, and 0 % of its disks have been moved/,
    );
    await parts.instantStart.finish(folder, {});
    await write(10, 2);
    expect(parts.instantStart.stateOf(folder)).toBeUndefined();
    expect(fs.readdirSync(folder).toSorted()).toEqual([
      "machine.yaml",
      "os.img",
      "os.img.tracking.json",
      "os.img.tracking.qcow2",
      "power-state",
      "qemu",
    ]);
    await expect.poll(() => serversOf(folder)).toEqual([]);
    // Both writes, of before and after the switch, and nothing of the copy.
    const disk = { machine: folder, diskId: "os", path: image() };
    expect(await newSnapshots().stateOf(disk)).toMatchObject({ pendingBlocks: 2, resyncReasons: [] });
    await parts.machines.shutDown(folder);
    expect(await newSnapshots().stateOf(disk)).toMatchObject({ pendingBlocks: 2, resyncReasons: [] });
    expect(fs.readFileSync(image()).equals(expected({ 9: 1, 10: 2 }))).toBe(true);
  });

  it("waits for a server that was killed, at any moment of the move, and loses no write", async () => {
    await prepare();
    const writes: Record<number, number> = {};
    const note = async (block: number, fill: number): Promise<void> => {
      await write(block, fill);
      writes[block] = fill;
    };
    await note(20, 1);
    await killServersOf(folder);
    expect(parts.instantStart.stateOf(folder)).toMatchObject({ isServed: false });
    const waiting = note(21, 2);
    await parts.instantStart.resume(folder);
    await waiting;
    // In the middle of the move, at moments that the computer's load decides.
    for (let round = 0; round < 2 && parts.instantStart.stateOf(folder) !== undefined; round += 1) {
      const stop = new AbortController();
      const moving = parts.instantStart
        .finish(folder, { signal: stop.signal, report: (done) => done > 0 && stop.abort() })
        .catch(() => undefined);
      const writing = note(100 * (round + 1), 10 + round);
      await moving;
      await killServersOf(folder);
      await parts.instantStart.resume(folder);
      await writing;
    }
    await parts.instantStart.finish(folder, {});
    await note(22, 3);
    await parts.machines.shutDown(folder);
    expect(fs.readFileSync(image()).equals(expected(writes))).toBe(true);
  });

  it("starts again from its images and the point when QEMU and server were killed", async () => {
    await prepare();
    await write(30, 7);
    await endProcessesOf(folder);
    await killServersOf(folder);
    await parts.machines.start(folder);
    await untilWord();
    await write(31, 8);
    await parts.instantStart.finish(folder, {});
    await parts.machines.shutDown(folder);
    expect(fs.readFileSync(image()).equals(expected({ 30: 7, 31: 8 }))).toBe(true);
    // What the killed QEMU has tracked is lost: all is compared once.
    const disk = { machine: folder, diskId: "os", path: image() };
    expect(await newSnapshots().stateOf(disk)).toMatchObject({ resyncRequired: true });
  });

  it("is moved while it is off, and nothing of the copy counts as a change", async () => {
    await prepare();
    await write(40, 9);
    await parts.machines.shutDown(folder);
    await parts.instantStart.finish(folder, {});
    expect(fs.readFileSync(image()).equals(expected({ 40: 9 }))).toBe(true);
    const disk = { machine: folder, diskId: "os", path: image() };
    expect(await newSnapshots().stateOf(disk)).toMatchObject({ pendingBlocks: 1, resyncReasons: [] });
    await parts.machines.start(folder);
    await untilWord();
    expect(await newSnapshots().stateOf(disk)).toMatchObject({ pendingBlocks: 1, resyncReasons: [] });
  });

  it("of a drill is never moved, and leaves nothing when it is removed", async () => {
    await prepare(false);
    await write(50, 3);
    await expect(parts.instantStart.finish(folder, {})).rejects.toThrow(/0 % of its disks have been moved/);
    const { socketFolder } = JSON.parse(
      fs.readFileSync(path.join(folder, "qemu", "served.json"), "utf8"),
    ) as {
      socketFolder: string;
    };
    expect(fs.existsSync(socketFolder)).toBe(true);
    await parts.machines.remove(folder);
    expect([fs.existsSync(folder), fs.existsSync(socketFolder)]).toEqual([false, false]);
    expect([processesOf(folder), serversOf(folder)]).toEqual([[], []]);
  });
});

describeWith(programs, "a failover that starts at once", () => {
  it("is resumed by the next command when its server was killed, and its way back sends what was written", async () => {
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    folder = path.dirname(site.replica());
    await killServersOf(folder);
    const { healthNotes } = await site.engine.viewItem(site.itemId());
    const note = healthNotes.find(({ code }) => code === "RunsFromRecoveryPoint");
    // A move may have ended before.
    if (note !== undefined) expect(note).toMatchObject({ severity: "Critical" });
    const writing = write(60, 5);
    await site.engine.moves.commit(site.itemId(), quiet);
    await writing;
    await write(61, 6);
    const lines: string[] = [];
    const progress = { report: (line: unknown): void => void lines.push(String(line)) };
    await site.engine.moves.failback(site.itemId(), progress);
    expect(fs.readFileSync(site.image()).equals(expected({ 60: 5, 61: 6 }))).toBe(true);
    expect(site.item().details.lastCycle).not.toHaveProperty("resyncReason");
  });

  it("copies first where the settings say so", async () => {
    const last = site.inputs();
    const wanted = { ...last, failover: { start: "copied" } } as const;
    await handlerOf("protected-item", site.engine).update(site.itemId(), last, wanted, quiet);
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    folder = path.dirname(site.replica());
    expect(serversOf(folder)).toEqual([]);
    expect(fs.readFileSync(image()).equals(content)).toBe(true);
  });
});
