/**
 * Makes an example's machines and folders, unless they are there: for each machine a machine.yaml and disk images with a real file
 * system (ext4, or FAT16 where there is no mke2fs) that holds real files. Arguments: the example's
 * name, and a folder when they are to be made somewhere else.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { writeFatImage } from "./fat-image.ts";
import { type ExampleDisk, type ExampleMachine, examples } from "./machines.ts";

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

function makeMachine(target: string, machine: ExampleMachine): void {
  const folder = path.join(target, machine.inventory, machine.name);
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
    ...(machine.storageClassification ? { storageClassification: machine.storageClassification } : {}),
    nics: [{ name: "eth0", network: "production" }],
    disks: machine.disks.map(({ id, role }) => ({ id, file: `${id}.img`, role })),
  });
  // Written last: a machine is there when its machine.yaml is.
  fs.writeFileSync(definition, text);
  process.stdout.write(`made machine ${machine.name} in ${machine.inventory}: ${made.join(", ")}\n`);
}

const [name = "hyperv-to-azure", folder = path.join(import.meta.dirname, name)] = process.argv.slice(2);
const example = examples[name];
if (example === undefined) throw new Error(`no machines are known for the example ${name}`);
for (const machine of example.machines) makeMachine(path.resolve(folder), machine);
for (const each of example.folders) fs.mkdirSync(path.resolve(folder, each), { recursive: true });
