import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import { noise, passphrase, ProtectedDisk } from "../engine/replication/protected-disk.ts";

let disk: ProtectedDisk;
let pointId: string;

beforeEach(async () => {
  disk = await ProtectedDisk.make(1_048_576);
  disk.fill(3, 1);
  pointId = (await disk.initial()).pointId;
});

afterEach(() => disk.remove());

it("[C-9] a wrong passphrase is refused with WrongKey", async () => {
  await expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase: "guess" })).rejects.toThrow(
    expect.objectContaining({ code: "WrongKey" }) as Error,
  );
});

it("a key file and a passphrase open a store, and changing one leaves the other", async () => {
  const keyFile = path.join(disk.folder, "vault.key");
  fs.writeFileSync(keyFile, noise(1, 64));
  const before = segmentTimes();
  await disk.store.rotateKey({ keyFile });
  expect(segmentTimes()).toEqual(before);
  disk.store = await openReplicaStore({ folder: disk.storeFolder, keyFile, threads: 0 });
  expect((await disk.restored(pointId)).equals(disk.image())).toBe(true);
  await disk.store.rotateKey({ passphrase: "another one" });
  await expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).rejects.toThrow(
    /is not the one/,
  );
  await openReplicaStore({ folder: disk.storeFolder, passphrase: "another one" });
  await openReplicaStore({ folder: disk.storeFolder, keyFile });
  expect(await disk.store.secretKinds()).toEqual(["keyFile", "passphrase"]);
  fs.writeFileSync(keyFile, noise(2, 64));
  await expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).rejects.toThrow(
    expect.objectContaining({ code: "WrongKey" }) as Error,
  );
  fs.writeFileSync(keyFile, "short");
  await expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).rejects.toThrow(/at least 32/);
});

it("a key file that the version before wrote opens its store, and takes a second secret", async () => {
  const keyPath = path.join(disk.storeFolder, "store.key");
  const [body] = fs.readFileSync(keyPath, "latin1").split("\n");
  const [wrapping] = (JSON.parse(body!) as { keys: object[] }).keys;
  const older = JSON.stringify(wrapping);
  fs.writeFileSync(keyPath, `${older}\n${createHash("sha256").update(older).digest("hex")}\n`);
  const keyFile = path.join(disk.folder, "vault.key");
  fs.writeFileSync(keyFile, noise(1, 64));
  const store = await openReplicaStore({ folder: disk.storeFolder, passphrase });
  await expect(() => openReplicaStore({ folder: disk.storeFolder, keyFile })).rejects.toThrow(
    /locked with a passphrase, not with a key file/,
  );
  await store.rotateKey({ keyFile });
  await openReplicaStore({ folder: disk.storeFolder, keyFile });
  await openReplicaStore({ folder: disk.storeFolder, passphrase });
});

it("a key file of a newer version is refused, and nothing is made in its place", async () => {
  const keyPath = path.join(disk.storeFolder, "store.key");
  const [body] = fs.readFileSync(keyPath, "latin1").split("\n");
  const newer = JSON.stringify({ ...(JSON.parse(body!) as object), version: 4 });
  const text = `${newer}\n${createHash("sha256").update(newer).digest("hex")}\n`;
  fs.writeFileSync(keyPath, text);
  await expect(openReplicaStore({ folder: disk.storeFolder, passphrase })).rejects.toMatchObject({
    code: "InvalidInput",
    message: expect.stringContaining("was written by a newer siterecovery") as string,
  });
  expect(fs.readFileSync(keyPath, "latin1")).toBe(text);
});

it("any changed bit of the key file is Damaged, not WrongKey", async () => {
  const keyPath = path.join(disk.storeFolder, "store.key");
  const original = fs.readFileSync(keyPath);
  for (let position = 0; position < original.length; position += 1) {
    const flipped = Buffer.from(original);
    flipped[position]! ^= 1 << (position % 8);
    fs.writeFileSync(keyPath, flipped);
    await expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).rejects.toThrow(
      expect.objectContaining({ code: "Damaged", target: keyPath }) as Error,
    );
  }
});

it("never makes a new key for a store that has lost its own", async () => {
  fs.rmSync(path.join(disk.storeFolder, "store.key"));
  await expect(() => openReplicaStore({ folder: disk.storeFolder, passphrase })).rejects.toThrow(
    /lost its key file/,
  );
});

it("makes a store only when it may", async () => {
  const folder = path.join(disk.folder, "other");
  await expect(() => openReplicaStore({ folder, passphrase, create: false })).rejects.toThrow(
    expect.objectContaining({ code: "NotFound" }) as Error,
  );
  await expect(() => openReplicaStore({ folder, passphrase: "" })).rejects.toThrow(/cannot be empty/);
});

function segmentTimes(): number[] {
  return disk
    .storedFiles()
    .filter((file) => file.endsWith(".segment"))
    .map((file) => fs.statSync(file).mtimeMs);
}
