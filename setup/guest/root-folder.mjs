// The root file system of the guest, as a folder: the scripts in `root/`, busybox, the guest agent and its libraries, the kernel.

import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SetupError } from "../setup-error.mjs";
import { makeInitialFileSystem } from "./initial-file-system.mjs";
import { run } from "./run-program.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const EMPTY_FOLDERS = ["dev", "proc", "sys", "run", "tmp", "data", "var/lib/app", "var/run", "bin", "boot"];
const SCRIPT_FOLDERS = ["sbin", "usr/bin", "www/cgi-bin", "etc/qemu", "etc/acpi/PWRF"];

/**
 * @param {string} root an empty folder
 * @param {import("./debian-packages.mjs").Ingredients} from
 * @param {string} machineName
 */
export async function fillRootFolder(root, from, machineName) {
  for (const folder of EMPTY_FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  cpSync(join(HERE, "root"), root, { recursive: true });
  // A checkout need not keep which files are programs.
  for (const folder of SCRIPT_FOLDERS) {
    for (const name of readdirSync(join(root, folder))) chmodSync(join(root, folder, name), 0o755);
  }
  writeFileSync(join(root, "etc/hostname"), `${machineName}\n`);
  await putBusybox(root, join(from.busybox, "bin/busybox"));
  await putAgent(root, join(from.agent, "usr/sbin/qemu-ga"));
  const kernel = readdirSync(join(from.kernel, "boot")).find((name) => name.startsWith("vmlinuz-"));
  if (kernel === undefined) throw new SetupError(`The kernel package in ${from.kernel} holds no kernel.`);
  copyFileSync(join(from.kernel, "boot", kernel), join(root, "boot/vmlinuz"));
  const initial = makeInitialFileSystem(
    from.kernel,
    join(from.busybox, "bin/busybox"),
    join(HERE, "initramfs/init"),
  );
  writeFileSync(join(root, "boot/initrd"), initial);
}

/**
 * @param {string} root
 * @param {string} busybox
 */
async function putBusybox(root, busybox) {
  put(busybox, join(root, "bin/busybox"));
  for (const applet of (await run(busybox, ["--list"])).trim().split("\n")) {
    if (applet !== "busybox") symlinkSync("/bin/busybox", join(root, "bin", applet));
  }
}

/**
 * The agent with the libraries of this computer: its package needs those that QEMU needs.
 * @param {string} root
 * @param {string} agent
 */
async function putAgent(root, agent) {
  put(agent, join(root, "sbin/qemu-ga"));
  const list = await run("ldd", [agent]);
  const absent = /(\S+) => not found/.exec(list)?.[1];
  if (absent !== undefined) {
    throw new SetupError(
      `The guest agent needs ${absent}. Type: apt-get install --no-install-recommends qemu-guest-agent`,
    );
  }
  for (const [, library = ""] of list.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)) {
    const isLoader = basename(library).startsWith("ld-linux");
    const folder = isLoader ? "lib64" : "lib/x86_64-linux-gnu";
    put(realpathSync(library), join(root, folder, basename(library)));
  }
}

/**
 * @param {string} file
 * @param {string} target
 */
function put(file, target) {
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(file, target);
  chmodSync(target, 0o755);
}
