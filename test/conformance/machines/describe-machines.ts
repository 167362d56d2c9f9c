/** What the port `Machines` promises of every driver, whoever runs its machines. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { MachineDefinition } from "../../../provider/model/machine-definition.ts";
import type { Machines } from "../../../provider/ports/machines.ts";
import { writeYaml } from "../../../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../../machine-definition.ts";

export interface MachinesUnderTest {
  /** A driver as another process has it. */
  open(): Machines;
  /** What makes a machine.yaml one of the driver's machines. */
  readonly settings: object;
  /** An image that a machine starts from. */
  image(): Buffer;
  /** A folder for inventories; `close` removes it, and ends what still runs. */
  readonly folder: string;
  close(): Promise<void>;
}

export function describeMachines(make: () => MachinesUnderTest): void {
  let place: MachinesUnderTest;
  let machines: Machines;
  let inventory: string;
  beforeEach(() => {
    place = make();
    machines = place.open();
    inventory = path.join(place.folder, "inventory");
  });
  afterEach(() => place.close());

  const definitionOf = (name: string, changes: object = {}): MachineDefinition =>
    machineDefinition(name, ["os"], { ...place.settings, ...changes }) as MachineDefinition;
  const newMachine = (name: string, changes: object = {}): string => {
    const folder = path.join(inventory, name);
    fs.mkdirSync(folder, { recursive: true });
    const definition = definitionOf(name, changes);
    fs.writeFileSync(path.join(folder, "os.img"), place.image());
    fs.writeFileSync(path.join(folder, "machine.yaml"), writeYaml(definition));
    return folder;
  };

  it("lists the machines of an inventory, sorted; an absent one has none", async () => {
    expect(await machines.list(inventory)).toEqual([]);
    for (const name of ["web1", "app1", "db1"]) newMachine(name);
    fs.mkdirSync(path.join(inventory, "empty"));
    fs.writeFileSync(path.join(inventory, "notes.txt"), "");
    expect(await machines.list(inventory)).toEqual(["app1", "db1", "web1"]);
  });

  it("finds a machine by its name in any letter case, and takes no path for a name", async () => {
    const web1 = newMachine("web1");
    expect(await machines.placeOf(inventory, "web1")).toBe(web1);
    expect(await machines.placeOf(inventory, "WEB1")).toBe(web1);
    for (const name of ["db1", "../inventory/web1", "..\\web1", web1])
      expect(await machines.placeOf(inventory, name)).toBeUndefined();
    expect(await machines.nameAt(web1)).toBe("web1");
    expect(machines.holdsFiles(web1)).toBe(true);
    expect(await machines.isReachable(inventory)).toBe(true);
    expect(await machines.isReachable(path.join(place.folder, "absent"))).toBe(false);
    expect(await machines.placeOf(path.join(place.folder, "absent"), "web1")).toBeUndefined();
  });

  it("reads a machine with its disks' sizes, and gives back the definition without its folder", async () => {
    const web1 = newMachine("web1");
    const machine = await machines.read(web1);
    const sizeBytes = place.image().length;
    expect(machine.folder).toBe(web1);
    expect(machine.disks).toEqual([
      { id: "os", file: "os.img", role: "os", path: path.join(web1, "os.img"), sizeBytes },
    ]);
    expect(machines.definitionOf(machine)).toEqual(definitionOf("web1"));
  });

  it("says where a machine.yaml is wrong, and which image is missing, leads out or is two disks", async () => {
    await expect(machines.read(newMachine("bad", { cpus: 0 }))).rejects.toMatchObject({
      code: "InvalidInput",
      findings: [
        { line: expect.any(Number) as number, column: expect.any(Number) as number, property: "cpus" },
      ],
    });
    const disks = [
      { id: "os", file: "os.img", role: "os" },
      { id: "data", file: "data.img", role: "data" },
    ];
    const web1 = newMachine("web1", { disks });
    const refused = { code: "PrerequisitesNotMet", property: "disks" };
    await expect(machines.read(web1)).rejects.toMatchObject(refused);
    fs.linkSync(path.join(web1, "os.img"), path.join(web1, "data.img"));
    await expect(machines.read(web1)).rejects.toThrow("are one file under two names");
    await expect(machines.read(web1)).rejects.toMatchObject(refused);
    fs.rmSync(path.join(web1, "data.img"));
    fs.symlinkSync(path.join(newMachine("other"), "os.img"), path.join(web1, "data.img"));
    await expect(machines.read(web1)).rejects.toMatchObject(refused);
  });

  it("takes only images of its own to be written: no link, no second name; absent ones are fine", async () => {
    const web1 = newMachine("web1");
    const own = (file: string): Promise<void> => machines.requireOwnImages(web1, [{ id: "os", file }]);
    await own("os.img");
    await own("absent.img");
    fs.symlinkSync(path.join(web1, "os.img"), path.join(web1, "link.img"));
    await expect(own("link.img")).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
    fs.linkSync(path.join(web1, "os.img"), path.join(place.folder, "backup.img"));
    await expect(own("os.img")).rejects.toMatchObject({ code: "PrerequisitesNotMet" });
  });

  it("keeps a mark in the folder, and knows a copy of it", async () => {
    const web1 = newMachine("web1");
    expect(await machines.markOf(web1)).toBeUndefined();
    const mark = {
      machineId: "6f1c2bdc-2e1f-4b4e-8a55-3d1ad7b9f0aa",
      madeBy: { engineId: "e", itemId: "i", purpose: "replica", jobId: "j" },
      lastMove: { engineId: "e", itemId: "i", jobId: "j", to: "recovery" },
    } as const;
    for (let time = 0; time < 2; time += 1) await machines.setMark(web1, mark);
    expect(await place.open().markOf(web1)).toEqual({ ...mark, isOriginal: true });
    const copy = path.join(inventory, "copy");
    fs.cpSync(web1, copy, { recursive: true });
    expect(await machines.markOf(copy)).toEqual({ ...mark, isOriginal: false });
    fs.writeFileSync(path.join(web1, "machine-id"), "{");
    await expect(machines.markOf(web1)).rejects.toMatchObject({ code: "Damaged" });
    fs.rmSync(path.join(web1, "machine-id"));
  });

  it("starts and shuts down, each of them twice, and another process sees it", async () => {
    const web1 = newMachine("web1");
    for (const [turn, power] of [
      ["shutDown", "off"],
      ["start", "running"],
      ["shutDown", "off"],
      ["start", "running"],
    ] as const) {
      for (let time = 0; time < 2; time += 1) await machines[turn](web1);
      expect(await machines.powerState(web1)).toBe(power);
      expect(await place.open().powerState(web1)).toBe(power);
    }
  });

  it("asks no guest of a machine that does not say how it says that it works", async () => {
    const web1 = newMachine("web1");
    await machines.start(web1);
    expect(await machines.whenReady(web1, {})).toBeUndefined();
  });

  it("defines a machine that is off for disks that are there, and again with other settings", async () => {
    const web1 = path.join(inventory, "web1");
    expect(await machines.exists(web1)).toBe(false);
    fs.mkdirSync(web1, { recursive: true });
    fs.writeFileSync(path.join(web1, "os.img"), place.image());
    expect(await machines.exists(web1)).toBe(false);
    for (const cpus of [1, 1, 2]) {
      await machines.define(web1, definitionOf("web1", { cpus }));
      expect(await machines.exists(web1)).toBe(true);
      expect(await machines.powerState(web1)).toBe("off");
      expect((await machines.read(web1)).cpus).toBe(cpus);
    }
    await machines.start(web1);
    expect(await machines.powerState(web1)).toBe("running");
  });

  it("puts the Mobility service into a guest once", async () => {
    const web1 = newMachine("web1");
    for (let time = 0; time < 2; time += 1) await machines.installMobilityService(web1);
    const { mobilityService } = await machines.read(web1);
    expect(mobilityService?.version).toMatch(/^\d+\.\d+/);
  });

  it("takes back what another process has prepared, and nothing that was made", async () => {
    const web1 = newMachine("web1");
    await machines.shutDown(web1);
    for (const name of ["power-state.0123456789ab.new", "machine.yaml.0123456789ab.new", "os.img.new"])
      fs.writeFileSync(path.join(web1, name), "");
    await machines.withdraw(web1);
    const left = fs.readdirSync(web1).filter((name) => name.endsWith(".new"));
    expect(left).toEqual(["os.img.new"]);
    expect(await machines.exists(web1)).toBe(true);
    expect(await machines.powerState(web1)).toBe("off");
  });

  it("removes a machine with its disks, also one that runs; absent is fine", async () => {
    const web1 = newMachine("web1");
    const db1 = newMachine("db1");
    await machines.start(web1);
    for (let time = 0; time < 2; time += 1) await machines.remove(web1);
    expect(fs.existsSync(web1)).toBe(false);
    expect(await machines.exists(web1)).toBe(false);
    expect(await machines.list(inventory)).toEqual(["db1"]);
    expect(fs.existsSync(path.join(db1, "os.img"))).toBe(true);
  });

  it("says the same of every write each time it is asked", async () => {
    const web1 = newMachine("web1");
    const says = await machines.tracksEveryWrite(web1);
    await machines.start(web1);
    expect(await place.open().tracksEveryWrite(web1)).toBe(says);
  });
}
