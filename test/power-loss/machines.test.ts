import path from "node:path";
import { expect, it } from "vitest";
import { makeFolderDurably, writeAtomically } from "../../provider/blocks/file-system.ts";
import { readTextFile } from "../../provider/blocks/read-text-file.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import type { PowerState } from "../../provider/ports/machines.ts";
import type { MachineDefinition } from "../../provider/model/machine-definition.ts";
import { machineDefinition } from "../machine-definition.ts";
import { PowerRecorder, samplingOf } from "./power-recorder.ts";

const folder = "/site/hv1/web1";

interface Known {
  /** What machine.yaml may say; undefined: it may not be there. */
  readonly definitions: readonly (MachineDefinition | undefined)[];
  readonly powers: readonly (PowerState | undefined)[];
  /** The job of the newest move that the machine's mark names. */
  readonly moves: readonly (string | undefined)[];
}

const definitionWith = (cpus: number): MachineDefinition =>
  machineDefinition("web1", ["os"], { cpus }) as MachineDefinition;

it("power lost at any call of the machine driver: a machine is defined, on, off and gone as it was acknowledged", async () => {
  let known: Known = { definitions: [undefined], powers: [undefined], moves: [undefined] };
  const recorder = new PowerRecorder<Known>(() => known);
  const driver = folderMachines(recorder.files);
  // Disks are restored before their machine is defined.
  makeFolderDurably(recorder.files, folder);
  writeAtomically(recorder.files, `${folder}/os.img`, Buffer.alloc(65_536));
  const step = async (what: string, change: Partial<Known>, work: () => Promise<void>): Promise<void> => {
    const before = known;
    const next = { ...before, ...change };
    known = {
      definitions: [...before.definitions, ...next.definitions],
      powers: [...before.powers, ...next.powers],
      moves: [...before.moves, ...next.moves],
    };
    await work();
    known = next;
    recorder.acknowledge(what);
  };
  recorder.begin();
  const [small, large] = [definitionWith(2), definitionWith(4)];
  await step("a definition", { definitions: [small], powers: ["off"] }, async () =>
    driver.define(folder, small),
  );
  for (const jobId of ["job-1", "job-2"]) {
    const lastMove = { engineId: "e", itemId: "i", jobId, to: "recovery" } as const;
    await step("a mark", { moves: [jobId] }, async () =>
      driver.setMark(folder, { machineId: "m", lastMove }),
    );
  }
  await step("a start", { definitions: [small], powers: ["running"] }, async () => driver.start(folder));
  await step("a shutdown", { definitions: [small], powers: ["off"] }, async () => driver.shutDown(folder));
  await step("another definition", { definitions: [large], powers: ["off"] }, async () =>
    driver.define(folder, large),
  );
  await step(
    "a removal",
    { definitions: [undefined], powers: [undefined, "off"], moves: [undefined, "job-2"] },
    async () => {
      await driver.remove(folder);
    },
  );
  const states = await recorder.check(
    samplingOf(400),
    async ({ files, known: { definitions, powers, moves } }) => {
      const after = folderMachines(files);
      const isThere = await after.exists(folder);
      const found = isThere ? after.definitionOf(await after.read(folder)) : undefined;
      expect(definitions).toContainEqual(found);
      // A machine that is being made has no state yet, and nobody takes it for one without a definition.
      if (isThere) expect(powers).toContain(await after.powerState(folder));
      expect(moves).toContain((await after.markOf(folder))?.lastMove?.jobId);
      return Promise.resolve();
    },
  );
  expect(states).toBeGreaterThan(400);
});

it("power lost at any call of a removal: what is left is the machine that was off, or none", async () => {
  const recorder = new PowerRecorder<undefined>(() => undefined);
  const driver = folderMachines(recorder.files);
  makeFolderDurably(recorder.files, folder);
  writeAtomically(recorder.files, `${folder}/os.img`, Buffer.alloc(65_536));
  await driver.define(folder, definitionWith(2));
  recorder.begin();
  await driver.remove(folder);
  // A few instants, each in many orders of what arrives on the device.
  await recorder.check(samplingOf(400), async ({ files }) => {
    const after = folderMachines(files);
    if (await after.exists(folder)) expect(await after.powerState(folder)).toBe("off");
  });
});

it("power lost at any call of a removal: what is not the machine's is in its folder or beside", async () => {
  let isDone = false;
  const recorder = new PowerRecorder<boolean>(() => isDone);
  const driver = folderMachines(recorder.files);
  makeFolderDurably(recorder.files, folder);
  writeAtomically(recorder.files, `${folder}/os.img`, Buffer.alloc(65_536));
  await driver.define(folder, definitionWith(2));
  const names = ["notes.txt", "os.img.bak"];
  for (const name of names) writeAtomically(recorder.files, `${folder}/${name}`, Buffer.from(name));
  recorder.begin();
  expect(await driver.remove(folder)).toEqual([`${folder}.kept`]);
  isDone = true;
  recorder.acknowledge("the removal");
  const states = await recorder.check(samplingOf(400), async ({ files, known: wasDone }) => {
    for (const name of names) {
      const places = ["", ".removing", ".kept"]
        .map((ending) => `${folder}${ending}/${name}`)
        .filter((place) => files.exists(place));
      expect(places.map((place) => readTextFile(files, place))).toContain(name);
    }
    // What is a machine still is a whole one.
    const after = folderMachines(files);
    for (const place of [folder, `${folder}.removing`, `${folder}.kept`])
      if (await after.exists(place)) expect((await after.read(place)).disks).toHaveLength(1);
    if (wasDone) expect(files.list(path.dirname(folder))).toEqual(["web1.kept"]);
    if (wasDone) expect(files.list(`${folder}.kept`)).toEqual(names);
    // The next removal ends it.
    await after.remove(folder);
    expect(files.exists(`${folder}.removing`)).toBe(false);
    expect(readTextFile(files, `${folder}.kept/notes.txt`)).toBe("notes.txt");
  });
  expect(states).toBeGreaterThan(100);
});
