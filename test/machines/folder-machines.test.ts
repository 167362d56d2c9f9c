import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { localFileSystem, type FileSystem } from "../../provider/blocks/file-system.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { temporaryFolder } from "../setup/temporary-folder.ts";
import { goodMachine, writeMachine } from "./machine-folder.ts";

const drivers = folderMachines(localFileSystem);

async function errorOf(work: Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error("It did not throw.");
}

describe("the folder driver", () => {
  it("lists the folders that hold a machine, and finds one in any letter case", async () => {
    const inventory = temporaryFolder({ "readme.txt": "not a machine", "empty/note.txt": "" });
    writeMachine(inventory, "web1");
    writeMachine(inventory, "db1");
    expect(await drivers.list(inventory)).toEqual(["db1", "web1"]);
    expect(await drivers.list(path.join(inventory, "none"))).toEqual([]);
    expect(await drivers.placeOf(inventory, "WEB1")).toBe(path.join(inventory, "web1"));
    expect(await drivers.placeOf(inventory, "web9")).toBeUndefined();
  });

  it("takes no path for a name", async () => {
    const inventory = temporaryFolder();
    writeMachine(inventory, "web1");
    fs.mkdirSync(path.join(inventory, "inner"));
    for (const name of ["../web1", "inner/../web1", "..\\web1", path.join(inventory, "web1")]) {
      expect(await drivers.placeOf(path.join(inventory, "inner"), name)).toBeUndefined();
    }
  });

  it("reads a machine with the sizes of its disks, and gives back its definition", async () => {
    const folder = writeMachine(temporaryFolder(), "web1");
    const machine = await drivers.read(folder);
    expect(machine.disks).toEqual([
      { id: "os", file: "os.img", role: "os", path: path.join(folder, "os.img"), sizeBytes: 65_536 },
    ]);
    expect(drivers.definitionOf(machine)).toEqual(goodMachine);
  });

  it("reads a definition anew when its text has changed", async () => {
    const folder = writeMachine(temporaryFolder(), "web1");
    const { cpus } = await drivers.read(folder);
    await drivers.define(folder, { ...goodMachine, cpus: cpus + 1 });
    expect((await drivers.read(folder)).cpus).toBe(cpus + 1);
  });

  it("defines a machine that is off, starts and stops it, and removes it", async () => {
    const folder = path.join(temporaryFolder(), "azure", "web1");
    for (let time = 0; time < 2; time++) await drivers.define(folder, goodMachine);
    expect(await drivers.exists(folder)).toBe(true);
    expect(await drivers.powerState(folder)).toBe("off");
    for (const turn of ["start", "shutDown"] as const) {
      for (let time = 0; time < 2; time++) await drivers[turn](folder);
      expect(await drivers.powerState(folder)).toBe(turn === "start" ? "running" : "off");
      // Another process sees it.
      expect(await folderMachines(localFileSystem).powerState(folder)).toBe(await drivers.powerState(folder));
    }
    for (let time = 0; time < 2; time++) await drivers.remove(folder);
    expect(fs.existsSync(folder)).toBe(false);
  });

  it("syncs the folder around when a machine comes or goes, so that a power cut does not undo it", async () => {
    const synced: string[] = [];
    const watching: FileSystem = { ...localFileSystem, syncFolder: (folder) => synced.push(folder) };
    const inventory = temporaryFolder();
    const folder = path.join(inventory, "web1");
    await folderMachines(watching).define(folder, goodMachine);
    expect(synced).toContain(inventory);
    expect(synced).toContain(folder);
    synced.length = 0;
    await folderMachines(watching).remove(folder);
    // First it is no machine any more, then it is gone.
    expect(synced).toEqual([folder, inventory]);
  });

  it("counts a machine as running until somebody has stopped it", async () => {
    expect(await drivers.powerState(writeMachine(temporaryFolder(), "web1"))).toBe("running");
  });

  it("does not guess from a power state that it does not understand", async () => {
    const folder = writeMachine(temporaryFolder(), "web1");
    fs.writeFileSync(path.join(folder, "power-state"), "paused\n");
    const error = await errorOf(drivers.powerState(folder));
    expect(error.code).toBe("Damaged");
    expect(error.message).toMatch(/power-state is neither "running" nor "off"/);
  });

  it("tells a missing image, a folder in its place and a link that leads out", async () => {
    const outside = temporaryFolder({ "secret.img": "secret" });
    const inventory = temporaryFolder();
    const image = path.join(writeMachine(inventory, "web1"), "os.img");
    const read = (): Promise<Error> => errorOf(drivers.read(path.dirname(image)));
    fs.rmSync(image);
    expect((await read()).message).toMatch(
      /has no image for its disk "os".*os\.img does not exist\. Put the image there/,
    );
    fs.mkdirSync(image);
    expect((await read()).message).toMatch(/it is a folder and no file/);
    fs.rmdirSync(image);
    fs.symlinkSync(path.join(outside, "secret.img"), image);
    expect((await read()).message).toMatch(/is a link that leads out of the machine's folder/);
  });

  const disks = (...entries: [id: string, file: string, role: string][]): object => ({
    disks: entries.map(([id, file, role]) => ({ id, file, role })),
  });
  const nic = (changes: object): object => ({ nics: [{ name: "eth0", network: "production", ...changes }] });
  it.each<[what: string, changes: object, told: string]>([
    ["a name with a path", { name: "../web1" }, "1:7 name: '../web1' is not legal"],
    ["a firmware that there is not", { firmware: "efi" }, "6:11 firmware: 'efi' is not one of bios or uefi"],
    ["no processor", { cpus: 0 }, "7:7 cpus: 0 is out of range"],
    ["memory that is no number", { memoryMiB: "much" }, "8:12 memoryMiB: 'much' is not an integer"],
    [
      "an unknown family",
      { guestOs: { family: "linus", name: "x", version: "1" } },
      "3:11 guestOs.family: 'linus'",
    ],
    [
      "a version without quotes",
      { guestOs: { family: "linux", name: "x", version: 22 } },
      "5:12 guestOs.version: 22",
    ],
    ["no disks", { disks: [] }, "12:8 disks: is too short a list"],
    [
      "two disks of one id",
      disks(["os", "os.img", "os"], ["OS", "b.img", "data"]),
      "16:9 disks[1].id: there is a disk",
    ],
    [
      "two disks in one file",
      disks(["os", "os.img", "os"], ["b", "os.img", "data"]),
      "17:11 disks[1].file: there is",
    ],
    ["an image elsewhere", disks(["os", "../os.img", "os"]), "14:11 disks[0].file: '../os.img' is not legal"],
    [
      "machine.yaml as a disk",
      disks(["os", "machine.yaml", "os"]),
      "14:11 disks[0].file: 'machine.yaml' is the name",
    ],
    [
      "a change log as a disk",
      disks(["os", "os.img.hrl", "os"]),
      "14:11 disks[0].file: 'os.img.hrl' is the name",
    ],
    [
      "a snapshot as a disk",
      disks(["os", "os.img.snapshot", "os"]),
      "14:11 disks[0].file: 'os.img.snapshot' is",
    ],
    [
      "an address that is none",
      nic({ ipAddress: "10.0.0.256" }),
      "12:16 nics[0].ipAddress: '10.0.0.256' is no IP",
    ],
    ["a bad hardware address", nic({ macAddress: "00:15:5d" }), "12:17 nics[0].macAddress: '00:15:5d' is no"],
    ["a key of another system", { vmxVersion: 19 }, "16:1 vmxVersion: unknown property 'vmxVersion'"],
  ])("tells %s with line and column in machine.yaml", async (_what, changes, told) => {
    const folder = writeMachine(temporaryFolder(), "web1", changes);
    const error = (await errorOf(drivers.read(folder))) as DefinitionError;
    expect(error).toBeInstanceOf(DefinitionError);
    expect(error.findings.every(({ file }) => file === path.join(folder, "machine.yaml"))).toBe(true);
    const lines = error.findings.map(
      ({ line, column, property, message }) => `${line}:${column} ${property}: ${message}`,
    );
    expect(lines.join("\n")).toContain(told);
  });

  describe("removes a machine that was only begun", () => {
    const begun = async (images?: string[]): Promise<string> => {
      const folder = path.join(temporaryFolder(), "web1");
      fs.mkdirSync(folder);
      const madeBy = { engineId: "e", itemId: "i", purpose: "replica", jobId: "j" } as const;
      await drivers.setMark(folder, { machineId: "m", madeBy: { ...madeBy, ...(images && { images }) } });
      for (const name of ["os.img.partial", "data.img", "data.img.hrl", "precious.txt", "os.img.bak"])
        fs.writeFileSync(path.join(folder, name), name);
      return folder;
    };

    it("and keeps what is none of the images that its mark names", async () => {
      const folder = await begun(["os.img", "data.img"]);
      expect(await drivers.remove(folder)).toEqual([`${folder}.kept`]);
      expect(fs.readdirSync(`${folder}.kept`)).toEqual(["os.img.bak", "precious.txt"]);
      expect(fs.existsSync(folder)).toBe(false);
    });

    it("and keeps all of it where an earlier version has made the mark", async () => {
      const folder = await begun();
      await drivers.remove(folder);
      expect(fs.readdirSync(`${folder}.kept`)).toHaveLength(5);
    });

    it("and leaves nothing where nothing else is there", async () => {
      const folder = await begun(["os.img", "data.img"]);
      for (const name of ["precious.txt", "os.img.bak"]) fs.rmSync(path.join(folder, name));
      expect(await drivers.remove(folder)).toEqual([]);
      expect(fs.readdirSync(path.dirname(folder))).toEqual([]);
    });
  });
});
