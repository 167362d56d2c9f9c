// The initial RAM file system: the drivers without which the kernel sees no disk, and a first program that finds the root disk.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { CHARACTER_DEVICE, CpioArchive, FILE, FOLDER, PROGRAM, SYMBOLIC_LINK } from "./cpio-archive.mjs";

const DRIVERS = [
  "virtio_pci",
  "virtio_blk",
  "virtio_scsi",
  "sd_mod",
  "virtio_net",
  "virtio_console",
  "virtio_rng",
  "ata_piix",
  "button",
  "evdev",
];

/**
 * @param {string} kernelFolder the unpacked kernel package
 * @param {string} busybox the file
 * @param {string} init the file of the first program
 * @returns {Buffer}
 */
export function makeInitialFileSystem(kernelFolder, busybox, init) {
  const archive = new CpioArchive();
  for (const folder of ["bin", "dev", "proc", "sys", "root", "modules"]) archive.add(folder, FOLDER);
  archive.add("dev/console", CHARACTER_DEVICE, undefined, [5, 1]);
  archive.add("bin/busybox", PROGRAM, readFileSync(busybox));
  archive.add("bin/sh", SYMBOLIC_LINK, Buffer.from("busybox"));
  const modules = modulesInOrder(kernelFolder);
  for (const file of modules) archive.add(`modules/${basename(file)}`, FILE, readFileSync(file));
  archive.add("modules/order", FILE, Buffer.from(modules.map((file) => `${basename(file)}\n`).join("")));
  archive.add("init", PROGRAM, readFileSync(init));
  return gzipSync(archive.end(), { level: 6 });
}

/**
 * The files of the drivers, each after those that it needs. `modules.dep` is made at an installation only, so that what a
 * driver needs is read from its file.
 * @param {string} kernelFolder
 * @returns {string[]}
 */
function modulesInOrder(kernelFolder) {
  const modules = join(kernelFolder, "lib", "modules");
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    const name = /^(.*)\.ko$/.exec(entry.name)?.[1];
    if (name !== undefined) files.set(moduleName(name), join(entry.parentPath, entry.name));
  }
  /** @type {Set<string>} */
  const ordered = new Set();
  /** @param {string} name */
  const want = (name) => {
    const file = files.get(name);
    // One without a file is built into the kernel.
    if (file === undefined || ordered.has(file)) return;
    const needs = /\0depends=([^\0]*)\0/.exec(readFileSync(file, "latin1"))?.[1] ?? "";
    for (const needed of needs.split(",").filter((each) => each !== "")) want(moduleName(needed));
    ordered.add(file);
  };
  DRIVERS.forEach(want);
  return [...ordered];
}

/** @param {string} name */
function moduleName(name) {
  return name.replaceAll("-", "_");
}
