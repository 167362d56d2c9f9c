/**
 * Makes the example's machines, unless they are there: for each a machine.yaml and disk images with a real file
 * system (ext4, or FAT16 where there is no mke2fs) that holds real files. Give a folder as argument to make them somewhere else.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { writeFatImage } from "./fat-image.ts";

const mebibyte = 1024 * 1024;

interface ExampleDisk {
  readonly id: string;
  readonly role: "os" | "data";
  readonly sizeMiB: number;
  /** File path → content. */
  readonly files: Record<string, string | Buffer>;
}

interface ExampleMachine {
  readonly host: string;
  readonly name: string;
  readonly disks: readonly ExampleDisk[];
}

/** Bytes that look random and are the same every time (xorshift), so that every run makes the same machine. */
function noise(seed: number, sizeBytes: number): Buffer {
  const bytes = Buffer.alloc(sizeBytes);
  let state = seed >>> 0 || 1;
  for (let offset = 0; offset + 4 <= sizeBytes; offset += 4) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes.writeUInt32LE(state >>> 0, offset);
  }
  return bytes;
}

function orders(count: number): string {
  const lines = Array.from(
    { length: count },
    (_, index) => `${index + 1},customer-${index % 97},${index * 7}.00`,
  );
  return `order,customer,amount\n${lines.join("\n")}\n`;
}

const machines: readonly ExampleMachine[] = [
  {
    host: "hv1",
    name: "db1",
    disks: [
      {
        id: "os",
        role: "os",
        sizeMiB: 96,
        files: { "etc/hostname": "db1\n", "usr/lib/libdb.so": noise(1, 12 * mebibyte) },
      },
      {
        id: "data",
        role: "data",
        sizeMiB: 128,
        files: { "orders.csv": orders(400_000), "wal/000001.wal": noise(2, 24 * mebibyte) },
      },
    ],
  },
  {
    host: "hv2",
    name: "web1",
    disks: [
      {
        id: "os",
        role: "os",
        sizeMiB: 128,
        files: {
          "etc/hostname": "web1\n",
          "var/www/index.html": "<h1>The shop is open</h1>\n",
          "usr/bin/shop": noise(3, 16 * mebibyte),
          "var/log/access.log": orders(100_000),
        },
      },
    ],
  },
];

/** False when this system has no mke2fs. */
function makeExt4Image(image: string, disk: ExampleDisk): boolean {
  const content = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-example-"));
  try {
    for (const [name, bytes] of Object.entries(disk.files)) {
      const file = path.join(content, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, bytes);
    }
    const options = ["-q", "-F", "-t", "ext4", "-L", disk.id, "-d", content, image, `${disk.sizeMiB}M`];
    const search = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
    const run = spawnSync("mke2fs", options, { encoding: "utf8", env: { ...process.env, PATH: search } });
    if (run.error === undefined && run.status !== 0) throw new Error(`mke2fs failed: ${run.stderr}`);
    return run.error === undefined;
  } finally {
    fs.rmSync(content, { recursive: true, force: true });
  }
}

/** An image with a file system that holds the disk's files, ext4 where mke2fs is there and FAT16 where not. */
function makeImage(image: string, disk: ExampleDisk): string {
  const partial = `${image}.new`;
  fs.rmSync(partial, { force: true });
  const isExt4 = makeExt4Image(partial, disk);
  if (!isExt4) writeFatImage(partial, disk.sizeMiB, disk.files);
  fs.renameSync(partial, image);
  return isExt4 ? "ext4" : "FAT16";
}

function makeMachine(inventory: string, machine: ExampleMachine): void {
  const folder = path.join(inventory, machine.host, machine.name);
  const definition = path.join(folder, "machine.yaml");
  if (fs.existsSync(definition)) return;
  fs.mkdirSync(folder, { recursive: true });
  const made = machine.disks.map((disk) => {
    const format = makeImage(path.join(folder, `${disk.id}.img`), disk);
    return `${disk.id} ${disk.sizeMiB} MiB ${format}`;
  });
  const text = stringify({
    name: machine.name,
    guestOs: { family: "linux", name: "Ubuntu", version: "22.04" },
    firmware: "uefi",
    cpus: 2,
    memoryMiB: 2048,
    nics: [{ name: "eth0", network: "production" }],
    disks: machine.disks.map(({ id, role }) => ({ id, file: `${id}.img`, role })),
  });
  // Written last: a machine is there when its machine.yaml is.
  fs.writeFileSync(definition, text);
  process.stdout.write(`made machine ${machine.name} on ${machine.host}: ${made.join(", ")}\n`);
}

const inventory = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "inventory"));
for (const machine of machines) makeMachine(inventory, machine);
