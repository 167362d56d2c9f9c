import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { machineProblems } from "../../provider/machines/check-machine.ts";
import { factsOf } from "../../provider/machines/machine-facts.ts";
import { defineMachines } from "../../provider/stack/define-machines.ts";

const mebibyte = 1024 * 1024;
let inventory: string;
beforeEach(() => {
  inventory = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-guess-"));
});
afterEach(() => fs.rmSync(inventory, { recursive: true }));

type Part = readonly [position: number, bytes: Buffer];

function image(machine: string, name: string, parts: readonly Part[]): void {
  fs.mkdirSync(path.join(inventory, machine), { recursive: true });
  const bytes = Buffer.alloc(4 * mebibyte);
  for (const [position, part] of parts) part.copy(bytes, position);
  fs.writeFileSync(path.join(inventory, machine, name), bytes);
}

const text = (content: string): Buffer => Buffer.from(content, "latin1");
const fileSystems = {
  ntfs: (at: number): Part => [at + 3, text("NTFS    ")],
  ext4: (at: number): Part => [at + 1024 + 56, Buffer.from([0x53, 0xef])],
  xfs: (at: number): Part => [at, text("XFSB")],
  btrfs: (at: number): Part => [at + 65_600, text("_BHRfS_M")],
  lvm: (at: number): Part => [at + 512, text("LABELONE")],
};

/** A master boot record with an active partition at 1 MiB. */
function mbr(): Part[] {
  const entry = Buffer.alloc(16);
  entry[0] = 0x80;
  entry[4] = 0x83;
  entry.writeUInt32LE(2048, 8);
  return [
    [446, entry],
    [510, Buffer.from([0x55, 0xaa])],
  ];
}

/** A GUID partition table with an EFI system partition, and a partition at 1 MiB. */
function gpt(): Part[] {
  const header = Buffer.alloc(512);
  header.write("EFI PART", "latin1");
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  const partition = (type: string, sector: bigint): Buffer => {
    const entry = Buffer.alloc(128);
    entry.write(type, "hex");
    entry.writeBigUInt64LE(sector, 32);
    return entry;
  };
  return [
    [510, Buffer.from([0x55, 0xaa])],
    [512, header],
    [1024, partition("28732ac11ff8d211ba4b00a0c93ec93b", 100n)],
    [1152, partition("af3dc60f838472478e793d69d8477de4", 2048n)],
  ];
}

async function guessed(machine: string): Promise<ReturnType<ReturnType<typeof folderMachines>["read"]>> {
  defineMachines(inventory);
  return folderMachines(localFileSystem).read(path.join(inventory, machine));
}

describe("a machine.yaml for images", () => {
  it.each(Object.entries(fileSystems))(
    "knows the guest's family by %s, on a bare disk and in a partition",
    async (name, at) => {
      image("bare", "disk.img", [at(0)]);
      image("bios", "disk.img", [...mbr(), at(mebibyte)]);
      image("uefi", "disk.img", [...gpt(), at(mebibyte)]);
      const family = name === "ntfs" ? "windows" : "linux";
      expect(await guessed("bare")).toMatchObject({ guestOs: { family }, firmware: "bios" });
      expect(await guessed("bios")).toMatchObject({ guestOs: { family }, firmware: "bios" });
      expect(await guessed("uefi")).toMatchObject({ guestOs: { family }, firmware: "uefi" });
    },
  );

  it("takes the disk that boots for the OS disk, and can be protected", async () => {
    image("db1", "a-data.img", [fileSystems.xfs(0)]);
    image("db1", "b.img", [...gpt(), fileSystems.ext4(mebibyte)]);
    const machine = await guessed("db1");
    expect(machine.disks.map(({ id, role }) => [id, role])).toEqual([
      ["a-data", "data"],
      ["b", "os"],
    ]);
    expect(machineProblems(factsOf(machine))).toEqual([]);
  });

  it("says what it assumed, overwrites none, and leaves folders without images alone", async () => {
    image("blank", "disk.raw", []);
    fs.mkdirSync(path.join(inventory, "notes"));
    fs.writeFileSync(path.join(inventory, "file"), "");
    const [first, ...more] = defineMachines(inventory);
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      notes: [expect.stringContaining("guestOs is assumed"), expect.anything(), expect.anything()],
    });
    expect(defineMachines(inventory)).toEqual([]);
  });

  it("survives partition tables that lead nowhere", async () => {
    const wild = Buffer.alloc(512, 0xff);
    wild.write("EFI PART", "latin1");
    image("wild", "disk.img", [
      [510, Buffer.from([0x55, 0xaa])],
      [512, wild],
    ]);
    image("short", "disk.img", []);
    fs.truncateSync(path.join(inventory, "short", "disk.img"), 10);
    expect(defineMachines(inventory)).toHaveLength(2);
  });

  it.each([
    ["app", ["app.vmdk"], "app: it has no raw image. Make one: `qemu-img convert -O raw app.vmdk app.img`."],
    [
      "win",
      ["os disk.VHDX", "data.vhdx"],
      "win: it has no raw image. Make one: `qemu-img convert -O raw data.vhdx data.img`, and the same of os disk.VHDX.",
    ],
    [
      "box",
      ["it's.qcow2"],
      "box: it has no raw image. Make one: `qemu-img convert -O raw 'it'\\''s.qcow2' 'it'\\''s.img'`.",
    ],
    [
      "tin",
      ["tin.ova"],
      "tin: it has no raw image. Unpack the archive: `tar -xf tin.ova`. Then make a raw image of each disk in it.",
    ],
    [
      "my_vm",
      ["os.img"],
      "my_vm: the folder has disk images, and a name that no machine may have: 1 to 63 letters, digits and hyphens. Rename it.",
    ],
  ])("says what to do with the folder %s", async (machine, files, refused) => {
    for (const file of files) image(machine, file, []);
    expect(defineMachines(inventory)).toEqual([{ refused }]);
    expect(fs.existsSync(path.join(inventory, machine, "machine.yaml"))).toBe(false);
  });

  it("says nothing of folders that have no images, whatever they are called", async () => {
    for (const name of [".git", "notes", "a_b"]) fs.mkdirSync(path.join(inventory, name));
    fs.writeFileSync(path.join(inventory, "web1.img"), "");
    expect(defineMachines(inventory)).toEqual([]);
  });
});
