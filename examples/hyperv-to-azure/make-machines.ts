/**
 * Makes the example's machines, unless they are there: for each a machine.yaml and disk images with a real ext4
 * file system that holds real files. Give a folder as argument to make them somewhere else.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";

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

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** An ext4 image from a folder of files; the image is sparse. */
function makeImage(image: string, disk: ExampleDisk): void {
  const content = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-example-"));
  try {
    for (const [name, bytes] of Object.entries(disk.files)) {
      const file = path.join(content, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, bytes);
    }
    const partial = `${image}.new`;
    fs.rmSync(partial, { force: true });
    const options = ["-q", "-F", "-t", "ext4", "-L", disk.id, "-d", content, partial, `${disk.sizeMiB}M`];
    const search = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
    const run = spawnSync("mke2fs", options, { encoding: "utf8", env: { ...process.env, PATH: search } });
    if (run.error) fail("mke2fs is needed to make the example's disks. Install e2fsprogs, then run again.");
    if (run.status !== 0) fail(`mke2fs failed: ${run.stderr}`);
    fs.renameSync(partial, image);
  } finally {
    fs.rmSync(content, { recursive: true, force: true });
  }
}

function makeMachine(inventory: string, machine: ExampleMachine): void {
  const folder = path.join(inventory, machine.host, machine.name);
  const definition = path.join(folder, "machine.yaml");
  if (fs.existsSync(definition)) return;
  fs.mkdirSync(folder, { recursive: true });
  for (const disk of machine.disks) makeImage(path.join(folder, `${disk.id}.img`), disk);
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
  const sizes = machine.disks.map((disk) => `${disk.id} ${disk.sizeMiB} MiB`).join(", ");
  process.stdout.write(`made machine ${machine.name} on ${machine.host}: ${sizes}\n`);
}

const inventory = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "inventory"));
for (const machine of machines) makeMachine(inventory, machine);
