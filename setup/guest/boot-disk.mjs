// Disks that firmware starts from, without root, mounts or loop devices: a partition table, GRUB for BIOS in the gap before the
// first partition, GRUB for UEFI in an ESP, and the root file system.

import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { SetupError } from "../setup-error.mjs";
import { run } from "./run-program.mjs";

const MIB = 1_048_576;
const SECTOR = 512;
const OS_BYTES = 128 * MIB;
const DATA_BYTES = 64 * MIB;
const ESP = { start: MIB, bytes: 8 * MIB, type: 0xef, flag: 0 };
const ROOT = {
  start: ESP.start + ESP.bytes,
  bytes: OS_BYTES - ESP.start - ESP.bytes,
  type: 0x83,
  flag: 0x80,
};
/** Of a master boot record: where the code ends, and where the partition table begins. */
const CODE_BYTES = 440;
const TABLE_AT = 446;

const GRUB_SETTINGS = `search.fs_label guest-root root
linux /boot/vmlinuz console=ttyS0,115200 quiet panic=1 net.ifnames=0 nokaslr mitigations=off no_timer_check audit=0 ipv6.disable=1
initrd /boot/initrd
boot
`;
const GRUB_MODULES = ["part_msdos", "ext2", "linux", "search_label"];

/**
 * @param {string} image is created
 * @param {string} root the folder with the root file system
 * @param {import("./debian-packages.mjs").Ingredients} from
 * @param {string} work a folder for what is made on the way
 */
export async function makeBootDisk(image, root, from, work) {
  writeFileSync(image, "");
  truncateSync(image, OS_BYTES);
  // GRUB 2.06 does not read file systems with these two features.
  const features = ["-O", "^metadata_csum_seed,^orphan_file"];
  const place = ["-E", `offset=${ROOT.start},root_owner=0:0`, "-d", root];
  await run("mkfs.ext4", [
    "-q",
    "-F",
    "-L",
    "guest-root",
    ...place,
    ...features,
    image,
    `${ROOT.bytes / 1024}k`,
  ]);
  const settings = join(work, "grub.cfg");
  writeFileSync(settings, GRUB_SETTINGS);
  const biosFolder = join(from.grubBios, "usr/lib/grub/i386-pc");
  const [core, efi] = [join(work, "core.img"), join(work, "bootx64.efi")];
  const grub = (/** @type {string[]} */ ...parameters) =>
    run(join(from.grub, "usr/bin/grub-mkimage"), ["-p", "/boot/grub", "-c", settings, ...parameters]);
  await grub("-O", "i386-pc", "-d", biosFolder, "-o", core, "biosdisk", ...GRUB_MODULES);
  await grub(
    "-O",
    "x86_64-efi",
    "-d",
    join(from.grubEfi, "usr/lib/grub/x86_64-efi"),
    "-o",
    efi,
    ...GRUB_MODULES,
  );
  const coreBytes = readFileSync(core);
  if (coreBytes.length > ESP.start - SECTOR) {
    throw new SetupError(`GRUB's core of ${coreBytes.length} bytes does not fit before the first partition.`);
  }
  const esp = await makeEsp(join(work, "esp.img"), efi, from);
  const disk = openSync(image, "r+");
  // Boot code and core point at each other already: the core is expected at the second sector.
  writeSync(disk, bootRecord(readFileSync(join(biosFolder, "boot.img"))), 0, SECTOR, 0);
  writeSync(disk, coreBytes, 0, coreBytes.length, SECTOR);
  writeSync(disk, esp, 0, esp.length, ESP.start);
  closeSync(disk);
}

/**
 * @param {string} image is created
 * @param {string} work
 */
export async function makeDataDisk(image, work) {
  const folder = join(work, "data");
  mkdirSync(folder);
  writeFileSync(image, "");
  truncateSync(image, DATA_BYTES);
  await run("mkfs.ext4", ["-q", "-F", "-L", "guest-data", "-E", "root_owner=0:0", "-d", folder, image]);
}

/** @param {Buffer} bootCode */
function bootRecord(bootCode) {
  const record = Buffer.alloc(SECTOR);
  bootCode.copy(record, 0, 0, CODE_BYTES);
  [ESP, ROOT].forEach(({ start, bytes, type, flag }, index) => {
    const at = TABLE_AT + 16 * index;
    // Cylinder, head and sector are out of range: readers take the sector numbers behind them.
    record.fill(0xff, at, at + 8);
    record.writeUInt8(flag, at);
    record.writeUInt8(type, at + 4);
    record.writeUInt32LE(start / SECTOR, at + 8);
    record.writeUInt32LE(bytes / SECTOR, at + 12);
  });
  record.writeUInt16LE(0xaa55, SECTOR - 2);
  return record;
}

/**
 * @param {string} image is created
 * @param {string} loader the EFI program
 * @param {import("./debian-packages.mjs").Ingredients} from
 * @returns {Promise<Buffer>} a FAT file system with the loader where firmware looks for one
 */
async function makeEsp(image, loader, from) {
  writeFileSync(image, "");
  truncateSync(image, ESP.bytes);
  const mtools = (/** @type {string[]} */ ...parameters) =>
    run(join(from.mtools, "usr/bin/mtools"), ["-c", ...parameters], {
      environment: { MTOOLS_SKIP_CHECK: "1" },
    });
  await mtools("mformat", "-i", image, "-v", "ESP", "::");
  await mtools("mmd", "-i", image, "::EFI", "::EFI/BOOT");
  await mtools("mcopy", "-i", image, loader, "::EFI/BOOT/BOOTX64.EFI");
  return readFileSync(image);
}
