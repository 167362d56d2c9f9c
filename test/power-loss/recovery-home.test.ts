import path from "node:path";
import { expect, it } from "vitest";
import { FolderObjects } from "../../provider/drivers/objects-folder/folder-objects.ts";
import { Catalog, type CatalogEntry } from "../../provider/replica/catalog.ts";
import { copyStore } from "../../provider/replica/copy-store.ts";
import { openReplicaStore } from "../../provider/replica/open-replica-store.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";
import { holderId, home, machineId, place, PoweredMachine } from "./powered-machine.ts";

const copyFolder = "/other-home/storage/replicas";
const keyFile = home.keyFileOf(holderId);

async function replicated(): Promise<{ disk: SimulatedDisk; machine: PoweredMachine }> {
  const disk = new SimulatedDisk();
  const machine = new PoweredMachine(new SimulatedFileSystem(disk), 1);
  machine.make();
  await machine.openStore();
  await machine.write(0, Buffer.alloc(100_000, 9), 100);
  await machine.cycle("delta");
  return { disk, machine };
}

it("power lost while a store is copied: the copy is whole once it is acknowledged, or has no name", async () => {
  const { disk } = await replicated();
  let isCopied = false;
  const recorder = new PowerRecorder<boolean>(() => isCopied, disk);
  recorder.begin();
  copyStore(recorder.files, place.folder, copyFolder);
  isCopied = true;
  recorder.acknowledge("a copy");
  await recorder.check(samplingOf(60), async ({ files, known }) => {
    if (!files.exists(path.join(copyFolder, "store.key"))) return expect(known).toBe(false);
    const copy = await openReplicaStore({ folder: copyFolder, keyFile, files, create: false });
    expect(await copy.recoveryPoints(machineId)).toHaveLength(1);
    const findings: unknown[] = [];
    await copy.verify((finding) => findings.push(finding));
    expect(findings).toEqual([]);
  });
});

it("power lost at any call of the catalog: an acknowledged entry is there, and a removed one is not", async () => {
  const { disk, machine } = await replicated();
  const { ring } = await machine.store.machine(machineId);
  const entryOf = (revision: number): CatalogEntry =>
    ({ key: "item web1", revision, kind: "thing", content: { revision } }) as unknown as CatalogEntry;
  let known: readonly (number | undefined)[] = [undefined];
  const recorder = new PowerRecorder<readonly (number | undefined)[]>(() => known, disk);
  recorder.begin();
  const catalog = new Catalog(new FolderObjects(recorder.files, place.folder), ring);
  const step = async (what: string, after: number | undefined, work: () => Promise<void>): Promise<void> => {
    known = [...known, after];
    await work();
    known = [after];
    recorder.acknowledge(what);
  };
  await step("an entry", 1, () => catalog.put(entryOf(1)));
  await step("a change", 2, () => catalog.put(entryOf(2)));
  await step("a removal", undefined, () => catalog.remove("item web1", 3));
  await recorder.check(samplingOf(60), async ({ files, known: possible }) => {
    const found = await new Catalog(new FolderObjects(files, place.folder), ring).all((error) => {
      throw error;
    });
    expect(found.length).toBeLessThanOrEqual(1);
    expect(possible).toContain(found[0]?.revision);
  });
});
