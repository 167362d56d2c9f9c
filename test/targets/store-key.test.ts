import { createHash } from "node:crypto";
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

it("a key file and a passphrase open a store, and changing one leaves the other", async () => {
  const keyFile = path.join(disk.folder, "vault.key");
  fs.writeFileSync(keyFile, noise(1, 64));
  const before = segmentTimes();
  disk.store.rotateKey({ keyFile });
  expect(segmentTimes()).toEqual(before);
  disk.store = openReplicaStore({ folder: disk.storeFolder, keyFile, threads: 0 });
  expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
  disk.store.rotateKey({ passphrase: "another one" });
  expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).toThrow(/is not the one/);
  openReplicaStore({ folder: disk.storeFolder, passphrase: "another one" });
  openReplicaStore({ folder: disk.storeFolder, keyFile });
  expect(disk.store.secretKinds()).toEqual(["keyFile", "passphrase"]);
  fs.writeFileSync(keyFile, noise(2, 64));
  expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).toThrow(
    expect.objectContaining({ code: "WrongKey" }) as Error,
  );
  fs.writeFileSync(keyFile, "short");
  expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).toThrow(/at least 32/);
});

it("a key file that the version before wrote opens its store, and takes a second secret", () => {
  const keyPath = path.join(disk.storeFolder, "store.key");
  const [body] = fs.readFileSync(keyPath, "latin1").split("\n");
  const [wrapping] = (JSON.parse(body!) as { wrappings: object[] }).wrappings;
  const older = JSON.stringify(wrapping);
  fs.writeFileSync(keyPath, `${older}\n${createHash("sha256").update(older).digest("hex")}\n`);
  const keyFile = path.join(disk.folder, "vault.key");
  fs.writeFileSync(keyFile, noise(1, 64));
  const store = openReplicaStore({ folder: disk.storeFolder, passphrase });
  expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).toThrow(
    /locked with a passphrase, not with a key file/,
  );
  store.rotateKey({ keyFile });
  openReplicaStore({ folder: disk.storeFolder, keyFile });
  openReplicaStore({ folder: disk.storeFolder, passphrase });
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
