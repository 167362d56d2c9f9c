import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileSystem, localFileSystem } from "../../../provider/blocks/file-system.ts";
import { translateFileError } from "../../../provider/blocks/translate-file-error.ts";
import { VirtualClock } from "../../../provider/clock.ts";
import { BandwidthLimit } from "../../../provider/engine/process-server/bandwidth-limit.ts";
import { CacheFolder } from "../../../provider/engine/process-server/cache-folder.ts";
import { type ProcessServer, segmentBytesMax } from "../../../provider/engine/process-server/transfer.ts";
import type { Bandwidth } from "../../../provider/kinds/process-server.ts";
import { openReplicaStore } from "../../../provider/replica/open-replica-store.ts";
import { SimulatedFileSystem } from "../../blocks/simulated-file-system.ts";
import { passphrase, ProtectedDisk } from "../replication/protected-disk.ts";

const mebibyte = 1_048_576;
/** A batch of a small disk has 64 blocks. */
const oneJobBytes = segmentBytesMax(64);

let disk: ProtectedDisk;
let clock: VirtualClock;
beforeEach(async () => {
  disk = await ProtectedDisk.make(16 * mebibyte);
  clock = new VirtualClock();
  for (let block = 0; block < 180; block += 1) disk.fill(block, 1);
});
afterEach(() => disk.remove());

const cacheFolder = (): string => path.join(disk.folder, "cache");
const cachedFiles = (): string[] =>
  fs
    .readdirSync(cacheFolder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "alive.lock")
    .map((entry) => path.join(entry.parentPath, entry.name));

interface Options {
  readonly limitBytes?: number;
  readonly bandwidth?: Bandwidth;
  readonly files?: FileSystem;
}

function server({
  limitBytes = 2 * oneJobBytes,
  bandwidth,
  files = localFileSystem,
}: Options = {}): ProcessServer {
  const cache = new CacheFolder({ files, clock, folder: cacheFolder(), limitBytes: () => limitBytes });
  return { cache, line: new BandwidthLimit(clock, () => bandwidth) };
}

/** Renames from one folder tree to another fail as between two file systems. */
function twoDevices(): FileSystem {
  const rename = (from: string, to: string): void => {
    if (from.startsWith(cacheFolder()) === to.startsWith(cacheFolder()))
      return localFileSystem.rename(from, to);
    throw translateFileError(Object.assign(new Error("another device"), { code: "EXDEV" }), "rename", from);
  };
  return { ...localFileSystem, rename };
}

const store = async (files: FileSystem): Promise<ProtectedDisk["store"]> =>
  openReplicaStore({ folder: disk.storeFolder, passphrase, threads: 0, files });

describe("[C-2] a cycle through a process server", () => {
  it.each([0, 2])("stores every byte, and leaves the cache empty (%i threads)", async (threads) => {
    disk.store = await openReplicaStore({ folder: disk.storeFolder, passphrase, threads });
    const through = server({ limitBytes: 3 * oneJobBytes });
    const first = await disk.initial({ server: through });
    expect((await disk.restored(first.pointId)).equals(disk.image())).toBe(true);
    disk.fill(7, 2);
    const delta = await disk.delta({ server: through });
    expect((await disk.restored(delta.pointId)).equals(disk.image())).toBe(true);
    disk.fill(9, 3);
    const again = await disk.resync({ server: through });
    expect((await disk.restored(again.pointId)).equals(disk.image())).toBe(true);
    expect(cachedFiles()).toEqual([]);
    expect(through.cache.takenBytes).toBe(0);
  });

  it("copies to a target on another file system, with no file under its name before it is whole", async () => {
    const through = server({ files: twoDevices() });
    disk.store = await store(twoDevices());
    const { pointId } = await disk.initial({ server: through });
    expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
    expect(cachedFiles()).toEqual([]);
    expect(disk.storedFiles().filter((name) => name.endsWith(".partial"))).toEqual([]);
  });

  it("never writes more than the most that a batch is given room for", async () => {
    const seen: number[] = [];
    const through = server();
    const enter = through.cache.enter.bind(through.cache);
    through.cache.enter = async (bytes, signal) => {
      const place = await enter(bytes, signal);
      const shrinkTo = place.shrinkTo.bind(place);
      return { ...place, shrinkTo: (needed) => (seen.push(bytes - needed), shrinkTo(needed)) };
    };
    await disk.initial({ server: through });
    expect(seen).toHaveLength(3);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
  });

  it("holds reading back while the line is slower than the disk, within the cache's limit", async () => {
    const limitBytes = 2 * oneJobBytes;
    let most = 0;
    const through = server({ limitBytes, bandwidth: { limitKilobitsPerSecond: 8000 } });
    const begin = clock.now();
    const result = await disk.initial({
      server: through,
      onProgress: () => {
        most = Math.max(
          most,
          cachedFiles().reduce((sum, file) => sum + fs.statSync(file).size, 0),
        );
        expect(through.cache.takenBytes).toBeLessThanOrEqual(limitBytes);
      },
    });
    expect(most).toBeGreaterThan(oneJobBytes / 2);
    expect(most).toBeLessThanOrEqual(limitBytes);
    // Bytes by limit, to the millisecond a piece: 8,000 kilobits a second are 1,000 bytes a millisecond.
    const took = clock.now() - begin;
    expect(took).toBeGreaterThanOrEqual(result.bytesSent / 1000);
    expect(took).toBeLessThan(result.bytesSent / 1000 + 40);
    expect((await disk.restored(result.pointId)).equals(disk.image())).toBe(true);
  });

  it("gives up at once when it is stopped, and takes the work up again", async () => {
    const through = server({ bandwidth: { limitKilobitsPerSecond: 8000 } });
    const abort = new AbortController();
    let calls = 0;
    const onProgress = (): void => {
      calls += 1;
      if (calls === 3) abort.abort();
    };
    const stopped = disk.initial({ server: through, signal: abort.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "Cancelled" });
    expect(cachedFiles()).toEqual([]);
    expect(through.cache.takenBytes).toBe(0);
    const { blocksReused, pointId } = await disk.initial({ server: through });
    expect(blocksReused).toBeGreaterThanOrEqual(64);
    expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
  });
});

describe("[C-2] a fault on the way through a process server", () => {
  it.each([
    ["ENOSPC", "one file system"],
    ["EIO", "one file system"],
    ["EIO", "two file systems"],
    ["SHORT", "two file systems"],
  ] as const)(
    "%s at any call, cache and target on %s: the next cycle makes it whole",
    async (kind, place) => {
      disk.remove();
      disk = await ProtectedDisk.make(mebibyte);
      for (let block = 0; block < 9; block += 1) disk.fill(block, 1);
      const { pointId: before } = await disk.initial({ server: server() });
      const old = disk.image();
      const inner = place === "one file system" ? localFileSystem : twoDevices();
      let hits = 1;
      for (let call = 1; hits > 0; call += 3) {
        const files = new SimulatedFileSystem(inner);
        disk.store = await store(files);
        for (let block = 0; block < 3; block += 1) disk.fill(block * 2, call + 10);
        files.arm({ kind, call });
        const through = server({ files });
        const failure = await disk.delta({ server: through }).catch((error: unknown) => error);
        hits = files.hits;
        files.heal();
        expect(through.cache.takenBytes).toBe(0);
        if (hits === 0) break;
        if (failure instanceof Error)
          expect(failure).toMatchObject({ code: kind === "EIO" ? "IoFailed" : "DiskFull" });
        const { pointId } = await disk.delta({ server: server({ files: inner }) });
        expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
      }
      expect((await disk.restored(before)).equals(old)).toBe(true);
    },
  );
});
