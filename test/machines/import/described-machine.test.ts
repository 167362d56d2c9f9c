/** machine.yaml from what hypervisors keep beside the images; what is hostile or does not fit is refused, and nothing is written. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localFileSystem } from "../../../provider/blocks/file-system.ts";
import { folderMachines } from "../../../provider/machines/folder-machines.ts";
import type { Machine } from "../../../provider/ports/machines.ts";
import { defineMachines } from "../../../provider/stack/define-machines.ts";
import { libvirtXml, ovf, vmx } from "./descriptions.ts";

const bytes = 4 * 1024 ** 2;
let root: string;
let inventory: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-import-"));
  inventory = path.join(root, "hv1");
  fs.mkdirSync(inventory);
});
afterEach(() => fs.rmSync(root, { recursive: true }));

function put(machine: string, files: Readonly<Record<string, string | Buffer>>): void {
  fs.mkdirSync(path.join(inventory, machine), { recursive: true });
  for (const [name, content] of Object.entries(files))
    fs.writeFileSync(path.join(inventory, machine, name), content);
}
const image = Buffer.alloc(bytes);

async function define(machine: string): Promise<{ readonly machine: Machine; readonly notes: string }> {
  const [defined] = defineMachines(inventory);
  if (defined === undefined || "refused" in defined)
    throw new Error(defined?.refused ?? "nothing was written");
  return {
    machine: await folderMachines(localFileSystem).read(path.join(inventory, machine)),
    notes: defined.notes.join("\n"),
  };
}

/** Why a machine is refused; nothing is written then. */
async function refusal(machine: string): Promise<string> {
  const [defined] = defineMachines(inventory);
  expect(fs.existsSync(path.join(inventory, machine, "machine.yaml"))).toBe(false);
  if (defined === undefined || !("refused" in defined)) throw new Error("nothing was refused");
  expect(defined.refused.split("\n")).toHaveLength(1);
  expect(defined.refused.length).toBeLessThan(500);
  return defined.refused;
}

describe("a machine.yaml from", () => {
  it("a libvirt domain: its disks in the order of its targets, its cards, firmware and guest", async () => {
    put("web1", { "web1.xml": libvirtXml, "web1.img": image, "web1-data.img": image });
    const { machine, notes } = await define("web1");
    expect(machine).toMatchObject({
      name: "web1",
      guestOs: { family: "linux", name: "Ubuntu", version: "22.04" },
      firmware: "uefi",
      cpus: 4,
      memoryMiB: 8192,
      nics: [
        { name: "eth0", network: "default", macAddress: "52:54:00:6b:3c:58" },
        { name: "eth1", network: "br0", macAddress: "52:54:00:9a:11:02" },
      ],
      disks: [
        { id: "web1", file: "web1.img", role: "os", sizeBytes: bytes },
        { id: "web1-data", file: "web1-data.img", role: "data" },
      ],
    });
    expect(notes).toContain('It is called "web1.example.com" there');
  });

  it("an order of boot of a libvirt domain", async () => {
    const text = libvirtXml.replace("<target dev='vdb'", "<boot order='1'/><target dev='vdb'");
    put("web1", { "web1.xml": text, "web1.img": image, "web1-data.img": image });
    expect((await define("web1")).machine.disks.map(({ file }) => file)).toEqual([
      "web1-data.img",
      "web1.img",
    ]);
  });

  it("an OVF descriptor: disks in the order of their addresses, with their sizes", async () => {
    put("erp1", { "erp1.ovf": ovf(bytes), "erp1-disk1.img": image, "erp1-disk2.raw": image });
    const { machine, notes } = await define("erp1");
    expect(machine).toMatchObject({
      guestOs: { family: "windows", name: "Windows Server", version: "2022" },
      firmware: "uefi",
      cpus: 4,
      memoryMiB: 16_384,
      nics: [{ name: "eth0", network: "VM-Network" }],
      disks: [
        { file: "erp1-disk1.img", role: "os" },
        { file: "erp1-disk2.raw", role: "data" },
      ],
    });
    expect(notes).toContain('The network "VM Network" is called VM-Network.');
  });

  it("a VMX file: the disk that boots first, no CD and no disk that is taken out", async () => {
    put("app1", { "app1.vmx": vmx, "app1.img": image, "app1-data.img": image, "old.img": image });
    const { machine, notes } = await define("app1");
    expect(machine).toMatchObject({
      guestOs: { family: "linux", name: "Red Hat Enterprise Linux", version: "9" },
      firmware: "bios",
      cpus: 2,
      memoryMiB: 4096,
      nics: [{ network: "Production-LAN", macAddress: "00:0c:29:3e:53:70" }],
      disks: [
        { file: "app1.img", role: "os" },
        { file: "app1-data.img", role: "data" },
      ],
    });
    expect(machine.nics).toHaveLength(1);
    expect(notes).toContain("old.img is no disk of it, and is not protected.");
  });

  it("the images alone, where XML beside them is of something else", async () => {
    put("web1", { "notes.xml": "<note>hello</note>", "web1.img": image });
    expect((await define("web1")).machine.cpus).toBe(2);
  });
});

const xml = (change: (text: string) => string): Record<string, string | Buffer> => ({
  "web1.xml": change(libvirtXml),
  "web1.img": image,
  "web1-data.img": image,
});
const laughs = Array.from(
  { length: 9 },
  (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`,
);
const billion = `<!DOCTYPE domain [<!ENTITY l0 "lol">${laughs.join("")}]><domain><name>&l9;</name></domain>`;
const external = `<!DOCTYPE domain [<!ENTITY x SYSTEM "file:///etc/passwd">]><domain><name>&x;</name></domain>`;

const hostile: readonly (readonly [string, RegExp, Record<string, string | Buffer>])[] = [
  [
    "an entity that grows a billionfold",
    /web1\.xml: has a document type/,
    { "web1.xml": billion, "web1.img": image },
  ],
  [
    "an entity of another file",
    /web1\.xml: has a document type/,
    { "web1.xml": external, "web1.img": image },
  ],
  [
    "an entity that nobody declared",
    /line 2, column/,
    xml((text) => text.replace("web1.example.com", "&x;")),
  ],
  ["XML that is cut short", /line \d+, column \d+/, xml((text) => text.slice(0, 900))],
  [
    "elements in elements",
    /nested too deeply|line \d+/,
    { "web1.xml": "<a>".repeat(300_000), "web1.img": image },
  ],
  ["100 MB", /larger than 1 MiB/, { "web1.xml": Buffer.alloc(100_000_000, "<a/>"), "web1.img": image }],
  [
    "bytes that are no text",
    /not UTF-8/,
    { "web1.xml": Buffer.from([0x3c, 0xff, 0xfe, 0x3e]), "web1.img": image },
  ],
  [
    "a disk above the folder",
    /outside of the folder/,
    xml((text) => text.replace("/var/lib/libvirt/images/web1.qcow2", "../../etc/shadow.img")),
  ],
  [
    "a disk without an image",
    /no raw image other\.img.*qemu-img convert -O raw/,
    xml((text) => text.replace("web1.qcow2", "other.qcow2")),
  ],
  [
    "one image for two disks",
    /two disks in the image web1\.img/,
    xml((text) => text.replace("web1-data.img", "web1.img")),
  ],
  [
    "a disk without a source",
    /disk vda has no source/,
    xml((text) => text.replace(/<source file='[^']*web1\.qcow2' index='1'\/>/, "")),
  ],
  ["no disk", /has no disk/, xml((text) => text.replaceAll("device='disk'", "device='cdrom'"))],
  [
    "a million processors",
    /vcpu is "1000000", and a whole number from 1 to 1024/,
    xml((text) => text.replace(">4</vcpu>", ">1000000</vcpu>")),
  ],
  ["no memory", /memory is missing/, xml((text) => text.replace(/<memory.*<\/memory>/, ""))],
  [
    "a unit that is a word of JavaScript",
    /unit "constructor"/,
    xml((text) => text.replace("<memory unit='KiB'>", "<memory unit='constructor'>")),
  ],
  [
    "two descriptions",
    /web1\.xml describes a machine as well|web1\.vmx describes a machine as well|describes a machine as well/,
    {
      ...xml((text) => text),
      "web1.vmx": vmx.replace("app1.vmdk", "web1.vmdk").replace("app1-data", "web1-data"),
    },
  ],
  [
    "a line of VMX that is none",
    /web1\.vmx: line 3/,
    { "web1.vmx": 'a = "1"\nb = "2"\nrm -rf /\n', "web1.img": image },
  ],
  [
    "a key of VMX that is there twice",
    /line 2: memSize is there twice/,
    { "web1.vmx": 'memsize = "1"\nmemSize = "2"\n', "web1.img": image },
  ],
  [
    "an OVF of two machines",
    /describes 0 machines|describes 2 machines/,
    {
      "web1.ovf": ovf(bytes).replace(/<VirtualSystem ovf:id[\s\S]*<\/VirtualSystem>/, (one) => one + one),
      "web1.img": image,
    },
  ],
  [
    "an OVF whose disk has another size",
    /says that erp1-disk1\.img has 8388608 bytes, and it has 4194304/,
    { "erp1.ovf": ovf(2 * bytes), "erp1-disk1.img": image, "erp1-disk2.img": image },
  ],
  [
    "an OVF whose file is above the folder",
    /outside of the folder/,
    {
      "erp1.ovf": ovf(bytes).replace("erp1-disk1.vmdk", "../erp1-disk1.vmdk"),
      "erp1-disk1.img": image,
      "erp1-disk2.img": image,
    },
  ],
];

describe("a description is refused with one sentence for", () => {
  it.each(hostile)("%s", async (_what, words, files) => {
    put("web1", files);
    const started = process.memoryUsage().rss;
    expect(await refusal("web1")).toMatch(words);
    expect(process.memoryUsage().rss - started).toBeLessThan(300 * 1024 ** 2);
  });

  it("a link out of the folder", async () => {
    fs.writeFileSync(path.join(root, "secret.xml"), libvirtXml);
    put("web1", { "web1.img": image, "web1-data.img": image });
    fs.symlinkSync(path.join(root, "secret.xml"), path.join(inventory, "web1", "web1.xml"));
    expect(await refusal("web1")).toMatch(/web1\.xml: is a link out of its folder/);
  });

  it("an image that is a link is looked at as everywhere else: not at all", async () => {
    fs.writeFileSync(path.join(root, "other.img"), image);
    put("web1", { "web1.xml": libvirtXml, "web1-data.img": image });
    fs.symlinkSync(path.join(root, "other.img"), path.join(inventory, "web1", "web1.img"));
    defineMachines(inventory);
    await expect(async () =>
      folderMachines(localFileSystem).read(path.join(inventory, "web1")),
    ).rejects.toThrow(/outside|link/);
  });

  it("one folder, while the others get their machine.yaml", async () => {
    put("bad", { "bad.xml": external, "bad.img": image });
    put("web1", { "web1.xml": libvirtXml, "web1.img": image, "web1-data.img": image });
    expect(defineMachines(inventory)).toEqual([
      { refused: expect.stringMatching(/^bad: .*bad\.xml/) as string },
      expect.objectContaining({ file: path.join(inventory, "web1", "machine.yaml") }),
    ]);
  });
});
