import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { isRecoverable } from "../../provider/errors.ts";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import type { ReplicaStore } from "../../provider/replica/replica-store.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { ProtectedDisk } from "../engine/replication/protected-disk.ts";

const faulty = new SimulatedFileSystem(localFileSystem);
let disk: ProtectedDisk;
let keyFile: string;
let away: string;

const open = async (folder = disk.storeFolder): Promise<ReplicaStore> =>
  openReplicaStore({ folder, keyFile, witnessPath: `${keyFile}.store`, threads: 0, files: faulty });
const unreachable = expect.objectContaining({ code: "TargetUnreachable" }) as Error;

/** The share goes away: what is left is the empty folder that it was mounted on. */
function unmount(): void {
  fs.renameSync(disk.storeFolder, away);
  fs.mkdirSync(disk.storeFolder);
}

function mount(): void {
  fs.rmdirSync(disk.storeFolder);
  fs.renameSync(away, disk.storeFolder);
}

beforeEach(async () => {
  disk = await ProtectedDisk.make(2 * 1_048_576);
  keyFile = path.join(disk.folder, "key");
  away = path.join(disk.folder, "away");
  fs.writeFileSync(keyFile, Buffer.alloc(32, 5));
  fs.rmSync(disk.storeFolder, { recursive: true });
  disk.store = await open();
  disk.fill(1, 1);
  await disk.initial();
});

afterEach(() => {
  faulty.heal();
  disk.remove();
});

describe("[HW-4f] a replica store that has gone away", () => {
  it("is TargetUnreachable when it is opened, and nothing is made in its place", async () => {
    unmount();
    await expect(() => open()).rejects.toThrow(unreachable);
    expect(fs.readdirSync(disk.storeFolder)).toEqual([]);
    fs.rmdirSync(disk.storeFolder);
    await expect(() => open()).rejects.toThrow(unreachable);
    expect(fs.existsSync(disk.storeFolder)).toBe(false);
    fs.mkdirSync(disk.storeFolder);
    mount();
    expect(await (await open()).recoveryPoints(disk.machineId)).toHaveLength(1);
  });

  it("is TargetUnreachable for all that an open store is asked, and goes on when it is back", async () => {
    const [point] = await disk.store.recoveryPoints(disk.machineId);
    unmount();
    disk.fill(2, 2);
    await expect(disk.delta()).rejects.toThrow(unreachable);
    await expect(disk.resync()).rejects.toThrow(unreachable);
    await expect(disk.restored(point!.id)).rejects.toThrow(unreachable);
    await expect(() => disk.store.recoveryPoints(disk.machineId)).rejects.toThrow(unreachable);
    await expect(() => disk.store.machineIds()).rejects.toThrow(unreachable);
    await expect(() => disk.store.removeMachine(disk.machineId)).rejects.toThrow(unreachable);
    await expect(() => disk.store.rotateKey({ keyFile })).rejects.toThrow(unreachable);
    await expect(disk.store.retain(disk.machineId, () => [])).rejects.toThrow(unreachable);
    await expect(disk.store.verify(() => undefined)).rejects.toThrow(unreachable);
    expect(fs.readdirSync(disk.storeFolder)).toEqual([]);
    mount();
    expect(await disk.delta()).toMatchObject({ blocksSent: 1, sequence: 2 });
  });

  it("is TargetUnreachable when it goes away in the middle of a cycle", async () => {
    disk.fill(2, 2);
    await expect(disk.resync({ onProgress: unmount })).rejects.toThrow(unreachable);
    expect(fs.readdirSync(disk.storeFolder)).toEqual([]);
    mount();
    const { pointId } = await disk.delta();
    expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
  });

  it("is not mistaken for another store in its place", async () => {
    const other = path.join(disk.folder, "other");
    await openReplicaStore({ folder: other, keyFile, threads: 0 });
    fs.renameSync(disk.storeFolder, away);
    fs.renameSync(other, disk.storeFolder);
    await expect(() => open()).rejects.toThrow(/another store is in its place/);
    await expect(disk.delta()).rejects.toThrow(/another store is in its place/);
  });

  it.each(["EACCES", "ESTALE", "EROFS"] as const)(
    "is TargetUnreachable when the system answers %s, at whatever call",
    async (kind) => {
      let isOver = false;
      for (let call = 1; !isOver; call += 1) {
        disk.fill(3, call);
        faulty.arm({ kind, call, lasting: true, only: new RegExp(`^${disk.storeFolder}`) });
        await disk.delta().then(
          () => (isOver = faulty.hits === 0),
          (error: unknown) => {
            expect(error).toEqual(unreachable);
            expect(isRecoverable(error)).toBe(true);
          },
        );
        if (call === 1) await expect(() => open()).rejects.toThrow(unreachable);
        faulty.heal();
      }
      const newest = (await disk.delta()).pointId;
      expect((await disk.restored(newest)).equals(disk.image())).toBe(true);
    },
  );

  it("that was never there is made, and remembered from then on", async () => {
    const folder = path.join(disk.folder, "new", "store");
    const witnessPath = path.join(disk.folder, "witness");
    const options = { folder, keyFile, witnessPath, threads: 0 };
    await openReplicaStore(options);
    fs.rmSync(witnessPath);
    // One from before there were witnesses gets its own.
    await openReplicaStore(options);
    fs.rmSync(folder, { recursive: true });
    await expect(() => openReplicaStore(options)).rejects.toThrow(unreachable);
  });
});
