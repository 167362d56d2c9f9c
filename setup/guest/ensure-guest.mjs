// The guest of the tests with real machines: a small Debian with two disks, an application that writes to both and acknowledges, a
// web server and the QEMU guest agent. It is made once for all clones, into the user's cache folder, out of Debian packages.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../project.mjs";
import { makeOnce } from "../pulumi-cli/make-once.mjs";
import { reportStep } from "../report-step.mjs";
import { makeBootDisk, makeDataDisk } from "./boot-disk.mjs";
import { findPackages, unpackPackages } from "./debian-packages.mjs";
import { fillRootFolder } from "./root-folder.mjs";
import { requirePrograms } from "./run-program.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * Images that machines are copied from. They are sparse, and must not be written to.
 * @typedef {{ osImage: string, dataImage: string }} GuestImages
 */

/**
 * Makes the guest unless it is there already. Throws `SetupError` with the command to type if something is missing.
 * @param {string} machineName the guest's host name, which its `STATUS` line tells
 * @returns {Promise<GuestImages>}
 */
export async function ensureGuest(machineName = "guest") {
  requirePrograms();
  const packages = await findPackages();
  const cache = join(cacheFolder(), "guests");
  const folder = join(cache, `${machineName}-${makerHash(packages)}`);
  const images = { osImage: join(folder, "os.img"), dataImage: join(folder, "data.img") };
  if (existsSync(folder)) return images;
  await reportStep(
    `Making the guest ${machineName} from Debian packages (34 MB, once on this machine)`,
    async () => {
      const ingredients = await unpackPackages(packages, join(cache, "packages"));
      await makeOnce(folder, (temporary) => makeImages(temporary, ingredients, machineName));
    },
  );
  return images;
}

/**
 * @param {string} folder
 * @param {import("./debian-packages.mjs").Ingredients} ingredients
 * @param {string} machineName
 */
async function makeImages(folder, ingredients, machineName) {
  const work = mkdtempSync(join(folder, ".work-"));
  const root = join(work, "root");
  mkdirSync(root);
  await fillRootFolder(root, ingredients, machineName);
  await makeBootDisk(join(folder, "os.img"), root, ingredients, work);
  await makeDataDisk(join(folder, "data.img"), work);
  rmSync(work, { recursive: true });
}

/**
 * What a guest is made of and by: another maker, or another version of a package, makes another guest.
 * @param {readonly import("./debian-packages.mjs").DebianPackage[]} packages
 */
function makerHash(packages) {
  const hash = createHash("sha256").update(JSON.stringify(packages));
  for (const entry of readdirSync(HERE, { recursive: true, withFileTypes: true }).sort(byPath)) {
    if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * @param {import("node:fs").Dirent} one
 * @param {import("node:fs").Dirent} other
 */
function byPath(one, other) {
  return join(one.parentPath, one.name) < join(other.parentPath, other.name) ? -1 : 1;
}
