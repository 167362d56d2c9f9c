import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { homeAt } from "../../../provider/engine/home.ts";
import { openParts } from "../../../provider/engine/open-parts.ts";
import { openWithKeyFile, rotateStoreKey } from "../../../provider/engine/upkeep/store-key-file.ts";
import { takeLease } from "../../../provider/store/leases.ts";
import type { ReplicaStore } from "../../../provider/replica/replica-store.ts";
import { SimulatedFileSystem } from "../../blocks/simulated-file-system.ts";
import { Site } from "../fixture.ts";

let site: Site;
let folder: string;

beforeEach(async () => {
  site = await Site.make({ content: Buffer.alloc(65_536, "data ") });
  folder = path.join(site.folder, "home");
  await site.protect();
});

afterEach(() => site.remove());

const keyFile = (): string => path.join(folder, "keys", "replicas.key");

async function openAccount(): Promise<ReplicaStore> {
  const home = homeAt(folder);
  const place = { holderId: site.ids.storage, location: { folder: home.storageFolderOf(site.ids.storage) } };
  return openWithKeyFile(localFileSystem, home, place);
}

/** A rotation in a process whose every call from the n-th on fails; true when it got through. */
async function rotateUntil(call: number): Promise<boolean> {
  const files = new SimulatedFileSystem(localFileSystem);
  const parts = openParts({ home: folder, files });
  try {
    await parts.replicaStoreOf(site.ids.storage);
    files.arm({ kind: "EIO", call, lasting: true });
    await rotateStoreKey(parts, site.ids.storage);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: "IoFailed" });
    return false;
  } finally {
    parts.store.close();
  }
}

it("whatever a crash of a change leaves, a key opens the store, and the next opening tidies up", async () => {
  const [point] = await site.engine.recoveryPoints(site.itemId);
  let call = 1;
  let finishedByOpening = 0;
  for (; ; call += 1) {
    const before = fs.readFileSync(keyFile(), "utf8");
    if (await rotateUntil(call)) break;
    const replicas = await openAccount();
    expect((await replicas.findPoint(point!.id)).id).toBe(point!.id);
    if (fs.readFileSync(keyFile(), "utf8") !== before) finishedByOpening += 1;
  }
  expect(call).toBeGreaterThan(10);
  expect(finishedByOpening).toBeGreaterThan(0);
  expect(fs.readdirSync(path.dirname(keyFile()))).toEqual(["replicas.key", "replicas.store"]);
  expect(fs.readFileSync(keyFile(), "utf8")).toMatch(/^[0-9a-f]{64}$/);
});

it("refuses a change while another one is under way", async () => {
  const parts = openParts({ home: folder });
  const key = fs.readFileSync(keyFile(), "utf8");
  const { release } = takeLease(parts.store, site.ids.storage, "a change of its key", parts.clock);
  await expect(rotateStoreKey(parts, site.ids.storage)).rejects.toMatchObject({ code: "Busy" });
  expect(fs.readFileSync(keyFile(), "utf8")).toBe(key);
  release();
  expect(await rotateStoreKey(parts, site.ids.storage)).toBe(keyFile());
  expect(fs.readFileSync(keyFile(), "utf8")).not.toBe(key);
  parts.store.close();
});

it("never makes a key over replicas that need another one", async () => {
  const key = fs.readFileSync(keyFile());
  fs.rmSync(keyFile());
  await expect(() => openAccount()).rejects.toThrow(
    expect.objectContaining({ code: "WrongKey", target: keyFile() }) as Error,
  );
  expect(fs.existsSync(keyFile())).toBe(false);
  fs.writeFileSync(keyFile(), key);
  expect(await (await openAccount()).machineIds()).toHaveLength(1);
});
