// The Debian packages that the guest is made of. They are downloaded and unpacked, never installed.

import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makeOnce } from "../pulumi-cli/make-once.mjs";
import { collectOutput } from "../run-command.mjs";
import { SetupError } from "../setup-error.mjs";
import { run } from "./run-program.mjs";

const NAMES = [
  "busybox-static",
  "qemu-guest-agent",
  "grub-common",
  "grub-pc-bin",
  "grub-efi-amd64-bin",
  "mtools",
];
/** A package without files; the kernel is what it depends on. */
const KERNEL = "linux-image-cloud-amd64";
const DOWNLOAD_SECONDS = 600;

/** @typedef {{ name: string, version: string }} DebianPackage */
/** @typedef {{ busybox: string, agent: string, grub: string, grubBios: string, grubEfi: string, mtools: string, kernel: string }} Ingredients */

/** @returns {Promise<DebianPackage[]>} the newest versions that apt knows of, the kernel last */
export async function findPackages() {
  const kernel = /Depends: (linux-image-\S+)/.exec(await ask("depends", KERNEL))?.[1];
  if (kernel === undefined) throw unknown(KERNEL);
  const names = [...NAMES, kernel];
  const records = (await ask("show", "--no-all-versions", ...names)).split(/\n{2,}/);
  return names.map((name) => {
    const record = records.find((text) => text.split("\n").includes(`Package: ${name}`));
    const version = /^Version: (\S+)$/m.exec(record ?? "")?.[1];
    if (version === undefined) throw unknown(name);
    return { name, version };
  });
}

/**
 * Downloads and unpacks packages, each version once for all guests.
 * @param {readonly DebianPackage[]} packages as `findPackages` gives them
 * @param {string} folder of the cache
 * @returns {Promise<Ingredients>} the folder of each
 */
export async function unpackPackages(packages, folder) {
  /** @type {string[]} */
  const folders = [];
  for (const { name, version } of packages) {
    const unpacked = join(folder, `${name}_${version.replaceAll(":", "-")}`);
    await makeOnce(unpacked, (temporary) => download(`${name}=${version}`, temporary));
    folders.push(unpacked);
  }
  const [busybox = "", agent = "", grub = "", grubBios = "", grubEfi = "", mtools = "", kernel = ""] =
    folders;
  return { busybox, agent, grub, grubBios, grubEfi, mtools, kernel };
}

/**
 * @param {string} what `name=version`
 * @param {string} folder gets the package's files
 */
async function download(what, folder) {
  const place = join(folder, ".download");
  mkdirSync(place);
  await run("apt-get", ["-qq", "download", what], { folder: place, timeoutSeconds: DOWNLOAD_SECONDS });
  const file = readdirSync(place).find((name) => name.endsWith(".deb"));
  if (file === undefined) throw unknown(what);
  await run("dpkg-deb", ["-x", join(place, file), folder]);
  rmSync(place, { recursive: true });
}

/**
 * @param {string[]} question
 * @returns {Promise<string>} what `apt-cache` knows; it fails if one of several packages is unknown
 */
async function ask(...question) {
  return (await collectOutput("apt-cache", question, { environment: { ...process.env, LC_ALL: "C" } }))
    .output;
}

/** @param {string} name */
function unknown(name) {
  return new SetupError(`apt knows no package ${name}, which a guest is made of. Type: apt-get update`);
}
