import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openReplicaStore } from "../../provider/targets/open-replica-store.ts";
import { noise, passphrase, ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;
let pointId: string;

beforeEach(async () => {
  disk = new ProtectedDisk(1_048_576);
  disk.fill(3, 1);
  pointId = (await disk.initial()).pointId;
});

afterEach(() => disk.remove());

it("[C-9] a wrong passphrase is refused with WrongKey", () => {
  expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase: "guess" })).toThrow(
    expect.objectContaining({ code: "WrongKey" }) as Error,
  );
});

it("a key file opens a store that it was locked with, and no other secret does", async () => {
  const keyFile = path.join(disk.folder, "vault.key");
  fs.writeFileSync(keyFile, noise(1, 64));
  const before = segmentTimes();
  disk.store.rotateKey({ keyFile });
  expect(segmentTimes()).toEqual(before);
  expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).toThrow(/locked with a key file/);
  disk.store = openReplicaStore({ folder: disk.storeFolder, keyFile, threads: 0 });
  expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
  fs.writeFileSync(keyFile, noise(2, 64));
  expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).toThrow(
    expect.objectContaining({ code: "WrongKey" }) as Error,
  );
  fs.writeFileSync(keyFile, "short");
  expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).toThrow(/at least 32/);
});

it("any changed bit of the key file is Damaged, not WrongKey", () => {
  const keyPath = path.join(disk.storeFolder, "store.key");
  const original = fs.readFileSync(keyPath);
  for (let position = 0; position < original.length; position += 1) {
    const flipped = Buffer.from(original);
    flipped[position]! ^= 1 << (position % 8);
    fs.writeFileSync(keyPath, flipped);
    expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).toThrow(
      expect.objectContaining({ code: "Damaged", target: keyPath }) as Error,
    );
  }
});

it("never makes a new key for a store that has lost its own", () => {
  fs.rmSync(path.join(disk.storeFolder, "store.key"));
  expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).toThrow(/lost its key file/);
});

it("makes a store only when it may", () => {
  const folder = path.join(disk.folder, "other");
  expect(() => openReplicaStore({ folder, passphrase, create: false })).toThrow(
    expect.objectContaining({ code: "NotFound" }) as Error,
  );
  expect(() => openReplicaStore({ folder, passphrase: "" })).toThrow(/cannot be empty/);
});

function segmentTimes(): number[] {
  return disk
    .storedFiles()
    .filter((file) => file.endsWith(".segment"))
    .map((file) => fs.statSync(file).mtimeMs);
}
