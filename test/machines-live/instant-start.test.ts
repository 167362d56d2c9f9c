/**
 * A guest that acknowledges records is failed over: it runs from its recovery point, is moved to its own disks while it goes
 * on, and comes back. Every record that it has acknowledged is on both disks, at each side.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { qemuPlaceOf, runningGuest } from "../../provider/drivers/machines-qemu/qemu-place.ts";
import { waitForWord } from "../../provider/qemu/console-words.ts";
import type { GuestProcess } from "../../provider/qemu/guest-process.ts";
import { ensureGuest } from "../../setup/guest/ensure-guest.mjs";
import { newInstantStart, newMachines, programs } from "../drivers/machines-qemu/guest-site.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { describeWith } from "../qemu/installed.ts";
import { endProcessesOf, guestParts } from "../qemu/small-guest.ts";
import type { GuestStatus } from "./live-guest.ts";

const disks = [
  { id: "os", file: "os.img", role: "os" },
  { id: "data", file: "data.img", role: "data" },
];
const machine = {
  memoryMiB: 192,
  firmware: "bios",
  disks,
  qemu: { acceleration: "tcg", channels: ["app.ack"], shutDownSeconds: 600 },
  ready: { console: "^UP ", withinSeconds: 900 },
};

describeWith(programs, "a guest that is failed over before its disks are copied", () => {
  const machines = newMachines();
  let site: FlowSite;

  const source = (): string => path.dirname(site.image());
  const replica = (): string => path.dirname(site.replica());
  const guestOf = (folder: string): GuestProcess =>
    runningGuest(guestParts, qemuPlaceOf(guestParts.files, folder)!)!;
  const statusOf = async (folder: string): Promise<GuestStatus> => {
    const guest = guestOf(folder);
    const line = await waitForWord({
      console: guest.console,
      machine: guest.machine,
      clock: guestParts.clock,
      isRunning: () => guest.isAlive(),
      timeoutMs: 900_000,
      word: /^STATUS /,
    });
    return JSON.parse(line.slice("STATUS ".length)) as GuestStatus;
  };
  const acknowledged = (folder: string): number => {
    const file = path.join(folder, "qemu", "app.ack.log");
    const lines = fs.existsSync(file) ? fs.readFileSync(file, "latin1").trim().split("\n") : [];
    return Number(lines.at(-1)?.split(" ")[1] ?? 0);
  };
  const untilMore = (folder: string, than: number): Promise<void> =>
    expect.poll(() => acknowledged(folder), { timeout: 300_000, interval: 500 }).toBeGreaterThan(than);
  /** A shutdown may end the application between its writes to the two disks, and before it acknowledges the second. */
  const expectAll = (status: GuestStatus, records: number): void => {
    expect(status).toMatchObject({ osBad: 0, dataBad: 0, writeOrder: "ok", fileSystemErrors: 0 });
    expect([records, records + 1]).toContain(status.dataRecord);
    expect([status.dataRecord, status.dataRecord + 1]).toContain(status.osRecord);
  };

  beforeAll(async () => {
    const images = await ensureGuest();
    site = await FlowSite.make({ flow: "S3", machine });
    for (const [id, image] of Object.entries({ os: images.osImage, data: images.dataImage })) {
      const { status } = spawnSync("cp", ["--sparse=always", image, path.join(source(), `${id}.img`)]);
      expect(status).toBe(0);
    }
  });
  afterAll(async () => {
    await machines.remove(replica()).catch(() => undefined);
    await endProcessesOf(site.folder);
    site.remove();
  });

  it("has every acknowledged record, goes on while it is moved, and comes back with the rest", async () => {
    const began = guestParts.clock.monotonic();
    await machines.start(source());
    await machines.whenReady(source(), {});
    const localSeconds = (guestParts.clock.monotonic() - began) / 1000;
    await site.protect();
    await untilMore(source(), 20);
    await site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
    const atFailover = acknowledged(source());
    expectAll(await statusOf(replica()), atFailover);
    const [job] = site.engine.jobs({ targetId: site.itemId(), limit: 1 });
    const secondsOf = (name: string): string => {
      const { startedAt, endedAt } = job!.tasks.find((task) => task.name === name)!;
      return ((endedAt! - startedAt!) / 1000).toFixed(1);
    };
    const seconds = { local: localSeconds.toFixed(1), start: secondsOf("StartReplicaMachine") };
    process.stdout.write(
      `from the start to the word: ${seconds.local} s from a local disk, ${seconds.start} s from the recovery point, ` +
        `whose disks were there after ${secondsOf("RestoreDisks")} s\n`,
    );
    await untilMore(replica(), atFailover);
    await site.engine.moves.commit(site.itemId(), quiet);
    expect(newInstantStart().stateOf(replica())).toBeUndefined();
    await untilMore(replica(), acknowledged(replica()) + 5);
    await site.engine.moves.failback(site.itemId(), quiet);
    const atFailback = acknowledged(replica());
    expect(atFailback).toBeGreaterThan(atFailover + 5);
    expectAll(await statusOf(source()), atFailback);
    expect(site.item().details.lastCycle).not.toHaveProperty("resyncReason");
  });
});
