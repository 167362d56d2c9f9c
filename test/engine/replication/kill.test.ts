import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../../../provider/clock.ts";
import { openTrackedDisk } from "../../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../../provider/disks/take-snapshot.ts";
import { resync } from "../../../provider/engine/replication/resync.ts";
import { noise, passphrase, ProtectedDisk } from "./protected-disk.ts";
import { openReplicaStore } from "../../../provider/replica/open-replica-store.ts";

const mebibyte = 1_048_576;
const child = fileURLToPath(new URL("./copy-in-child.ts", import.meta.url));
let disk: ProtectedDisk;

afterEach(() => disk.remove());

/** Starts the copy in a child and kills it -9 after so many lines of progress. */
function killDuringCopy(threads: number, lines: number): Promise<NodeJS.Signals | null> {
  const { storeFolder, imagePath, machineId, diskId } = disk;
  const copy = spawn(process.execPath, [child, storeFolder, imagePath, machineId, diskId, String(threads)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let seen = 0;
  copy.stdout.on("data", (chunk: Buffer) => {
    seen += chunk.toString().split("\n").length - 1;
    if (seen >= lines) copy.kill("SIGKILL");
  });
  return new Promise((resolve) => copy.on("exit", (_code, signal) => resolve(signal)));
}

function sha256Of(filePath: string): string {
  return createHash("sha256").update(fs.readFileSync(filePath)).digest("hex");
}

it.each([0, 2])(
  "[HW-2a] after a kill -9 in the middle of the initial copy only the rest is copied (%i threads)",
  async (threads) => {
    disk = await ProtectedDisk.make(64 * mebibyte);
    for (let at = 0; at < 48; at += 1) disk.write(at * mebibyte, noise(at + 1, mebibyte));
    expect(await killDuringCopy(threads, 6)).toBe("SIGKILL");
    expect(await disk.store.recoveryPoints(disk.machineId)).toEqual([]);
    // The source goes on changing before the copy is taken up again.
    const source = await openTrackedDisk(disk.imagePath);
    await source.write(noise(99, 100_000), 3 * mebibyte + 17);
    await source.close();
    const store = await openReplicaStore({ folder: disk.storeFolder, passphrase, threads });
    const result = await resync({
      store,
      source: { machineId: disk.machineId, disks: [{ diskId: disk.diskId, path: disk.imagePath }] },
      snapshot: await takeSnapshot([disk.imagePath]),
      clock: systemClock,
    });
    // Six pieces of 4 MiB were finished; at most three blocks of them were written to since.
    expect(result.blocksReused).toBeGreaterThanOrEqual(6 * 64 - 3);
    expect(result.blocksSent + result.blocksReused).toBe(48 * 16);
    expect(result.bytesSent).toBeLessThan(24.2 * mebibyte + result.blocksSent * 200);
    await disk.reopen();
    const restored = path.join(disk.folder, "restored");
    fs.writeFileSync(restored, await disk.restored(result.pointId));
    expect(sha256Of(restored)).toBe(sha256Of(disk.imagePath));
  },
  30_000,
);
