/**
 * What a process finds on the disk may be left by one that was killed before it was durable. Whatever is acknowledged on
 * top of it must survive a power cut all the same.
 */
import { expect, it } from "vitest";
import { type FileSystem, makeFolderDurably, writeAtomically } from "../../provider/blocks/file-system.ts";
import { systemClock } from "../../provider/clock.ts";
import { HydrationStates } from "../../provider/engine/hydrate/hydration-state.ts";
import { lookAtStore } from "../../provider/engine/recovery-home/look-at-store.ts";
import { placeStore } from "../../provider/engine/recovery-home/place-store.ts";
import { openOverlay } from "../../provider/engine/replication/open-overlay.ts";
import { homeAt } from "../../provider/engine/home.ts";
import { signingKeyOf } from "../../provider/engine/upkeep/signing-key.ts";
import { openWithKeyFile, replaceKey } from "../../provider/engine/upkeep/store-key-file.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import type { MachineDefinition } from "../../provider/model/machine-definition.ts";
import { SeededRandom, systemRandom } from "../../provider/random.ts";
import { Catalog, type CatalogEntry } from "../../provider/replica/catalog.ts";
import { FolderObjects } from "../../provider/drivers/objects-folder/folder-objects.ts";
import { ServingFolder } from "../../provider/target-server/serving-folder.ts";
import { TrustFolder } from "../../provider/trust/trust-folder.ts";
import { survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { machineDefinition } from "../machine-definition.ts";
import { countCalls, killAnywhereThenCut, runUntil } from "./killed-at.ts";
import { holderId, home, machineId, place, readAll } from "./powered-machine.ts";

function emptyDisk(): SimulatedDisk {
  const disk = new SimulatedDisk();
  for (const folder of ["/srv", "/power"]) disk.makeFolder(folder);
  disk.syncFolder("/");
  return disk;
}

async function withStore(): Promise<SimulatedDisk> {
  const disk = emptyDisk();
  await openWithKeyFile(disk, home, place);
  return disk;
}

it("keeps a folder with what was written into it", async () => {
  const calls = await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) => {
      makeFolderDurably(files, "/srv/a/b/c");
      writeAtomically(files, "/srv/a/b/c/file", Buffer.from("1"));
    },
    check: (files) => expect(readAll(files, "/srv/a/b/c/file").toString()).toBe("1"),
  });
  expect(calls).toBeGreaterThan(10);
});

it("keeps a folder that a killed process has made with others above it, none of them durable", () => {
  const disk = emptyDisk();
  disk.makeFolder("/srv/a/b/c");
  makeFolderDurably(disk, "/srv/a/b/c");
  writeAtomically(disk, "/srv/a/b/c/file", Buffer.from("1"));
  disk.losePower(survivals.none, new SeededRandom(1));
  expect(disk.exists("/srv/a/b/c/file")).toBe(true);
});

it("keeps the key of a store with the store", async () => {
  const calls = await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) => openWithKeyFile(files, home, place),
    check: async (files) => {
      expect(files.exists(home.keyFileOf(holderId))).toBe(true);
      await openWithKeyFile(files, home, place);
    },
  });
  expect(calls).toBeGreaterThan(20);
});

it("locks a store with no key that a power cut takes, whatever a killed process has left of it", async () => {
  const open = (files: FileSystem): Promise<unknown> => openWithKeyFile(files, home, place);
  let isOver = false;
  for (let first = 0; !isOver; first += 1) {
    const left = emptyDisk();
    isOver = !(await runUntil(left, first, open));
    for (let second = 0, isDone = false; !isDone; second += 1) {
      const disk = left.clone();
      isDone = !(await runUntil(disk, second, open));
      disk.losePower(survivals.none, new SeededRandom(1));
      await expect(
        open(disk),
        `killed at call ${first}, power lost at call ${second}`,
      ).resolves.toBeDefined();
    }
  }
});

it("keeps the new key of a store", async () => {
  await killAnywhereThenCut({
    before: await withStore(),
    work: (files) => replaceKey(files, home, place),
    check: (files) => openWithKeyFile(files, home, place),
  });
});

it("keeps a key that opens the store when one process was killed in changing it and another only opened it", async () => {
  await killAnywhereThenCut({
    before: await withStore(),
    first: (files) => replaceKey(files, home, place),
    work: (files) => openWithKeyFile(files, home, place),
    check: (files) => openWithKeyFile(files, home, place),
  });
});

it("keeps the key that an adoption puts in its place, in an empty home and with a passphrase", async () => {
  const other = homeAt("/srv/other/home");
  for (const isByPassphrase of [false, true]) {
    const before = await withStore();
    const replicas = await openWithKeyFile(before, home, place);
    const { ring } = await replicas.machine(machineId);
    const content = {
      holderId,
      engineId: "engine",
      thing: { id: holderId, kind: "storage-account", inputs: "{}" },
    };
    const entry = { key: `thing ${holderId}`, revision: 1, kind: "thing", content };
    await new Catalog(new FolderObjects(before, place.folder), ring).put(entry as unknown as CatalogEntry);
    const secret = isByPassphrase
      ? { passphrase: "correct horse battery staple" }
      : { key: readAll(before, home.keyFileOf(holderId)) };
    if ("passphrase" in secret) await replicas.rotateKey(secret);
    const found = { location: place.location, address: undefined };
    const keyFile = other.keyFileOf(holderId);
    const look = (files: FileSystem): ReturnType<typeof lookAtStore> =>
      lookAtStore(files, found, files.exists(keyFile) ? [{ keyFile }, secret] : [secret]);
    await killAnywhereThenCut({
      before,
      from: await countCalls(before, look),
      work: async (files) => placeStore(files, other, await look(files)),
      check: (files) => openWithKeyFile(files, other, { holderId, location: place.location }),
    });
  }
}, 300_000);

it("keeps a catalog's entries", async () => {
  const before = await withStore();
  const { ring } = await (await openWithKeyFile(before, home, place)).machine(machineId);
  const entry = { key: "item web1", revision: 1, kind: "thing", content: { revision: 1 } };
  const catalogIn = (files: FileSystem): Catalog => new Catalog(new FolderObjects(files, place.folder), ring);
  await killAnywhereThenCut({
    before,
    work: (files) => catalogIn(files).put(entry as unknown as CatalogEntry),
    check: async (files) => {
      const found = await catalogIn(files).all((error) => {
        throw error;
      });
      expect(found.map(({ key }) => key)).toEqual(["item web1"]);
    },
  });
});

it("keeps a machine's definition, its state and its mark", async () => {
  const folder = "/srv/site/hv1/web1";
  const definition = machineDefinition("web1", ["os"], { cpus: 2 }) as MachineDefinition;
  const machines = folderMachines;
  const before = emptyDisk();
  makeFolderDurably(before, folder);
  writeAtomically(before, `${folder}/os.img`, Buffer.alloc(512));
  await machines(before).define(folder, definition);
  for (const start of [emptyDisk(), before]) {
    await killAnywhereThenCut({
      before: start,
      work: async (files) => {
        makeFolderDurably(files, folder);
        writeAtomically(files, `${folder}/os.img`, Buffer.alloc(512));
        await machines(files).define(folder, definition);
        await machines(files).setMark(folder, { machineId: "m" });
      },
      check: async (files) => {
        expect((await machines(files).read(folder)).name).toBe("web1");
        expect(await machines(files).powerState(folder)).toBe("off");
        expect((await machines(files).markOf(folder))?.machineId).toBe("m");
      },
    });
  }
  for (const [turn, power] of [
    ["start", "running"],
    ["shutDown", "off"],
  ] as const) {
    const off = before.clone();
    if (turn === "shutDown") await machines(off).start(folder);
    await killAnywhereThenCut({
      before: off,
      work: (files) => machines(files)[turn](folder),
      check: async (files) => expect(await machines(files).powerState(folder)).toBe(power),
    });
  }
  await killAnywhereThenCut({
    before,
    work: (files) => machines(files).installMobilityService(folder),
    check: async (files) => expect((await machines(files).read(folder)).mobilityService).toBeDefined(),
  });
});

it("keeps how far a disk is hydrated", async () => {
  const state = { blob: "web1-os" } as never;
  await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) => new HydrationStates(files, "/srv/home").write("item", "os", state),
    check: (files) =>
      expect(new HydrationStates(files, "/srv/home").read("item", "os", "web1-os")).toEqual(state),
  });
});

it("keeps an attached disk's image, whose writes were flushed", async () => {
  const overlay = { path: "/srv/attached.img", origin: "o", bootId: "1".repeat(16) };
  await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) => {
      const { image, marks } = openOverlay(files, overlay, 65_536);
      image.write(Buffer.from("written"), 0);
      image.sync();
      image.close();
      marks.close();
    },
    check: (files) => expect(readAll(files, overlay.path).toString("latin1", 0, 7)).toBe("written"),
  });
});

it("keeps what a target and its clients trust", async () => {
  const trust = (files: FileSystem): TrustFolder =>
    new TrustFolder("/srv/trust/here", { files, clock: systemClock, random: systemRandom });
  await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) =>
      trust(files).around(() => {
        trust(files).makeAuthority("site");
      }),
    check: (files) => expect(files.exists(trust(files).authorityFile)).toBe(true),
  });
});

it("keeps the key that signs the reports of drills", async () => {
  const vaultId = "/subscriptions/s/resourceGroups/dr/providers/Microsoft.RecoveryServices/vaults/v";
  await killAnywhereThenCut({
    before: emptyDisk(),
    work: (files) => signingKeyOf(files, home, vaultId),
    check: (files) => expect(files.exists(home.signingKeyFileOf(vaultId))).toBe(true),
  });
});

it("keeps the folders of a server of stores", async () => {
  const before = emptyDisk();
  before.makeFolder("/srv/stores");
  before.syncFolder("/srv");
  await killAnywhereThenCut({
    before,
    work: (files) => new ServingFolder(files, "/srv/stores", systemClock).release(),
    check: (files) =>
      expect(files.list("/srv/stores/.serving")).toEqual(expect.arrayContaining(["receipts"])),
  });
});
