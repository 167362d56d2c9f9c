// The build's second half: what starts a process becomes a few large files in dist/bundle. Node needs more time to find and link a
// thousand small ones than a short command needs for its work.

import { dirname, join, relative } from "node:path";
import { rolldown } from "rolldown";

/** What starts a process or is imported by users' programs, by its name in dist/bundle. All of them share one copy of each module. */
const entries = {
  command: "cli/main.js",
  plugin: "plugin/main.js",
  index: "index.js",
  courier: "dynamic/deliver.js",
  "tracked-disk": "disks/open-tracked-disk.js",
  policies: "policies/pack.js",
};

/**
 * A module that looks for a file beside itself, such as the program of its workers, finds it in dist/, where that is.
 * @param {string} distFolder
 * @param {string} bundleFolder
 * @returns {import("rolldown").Plugin}
 */
function keepPlaces(distFolder, bundleFolder) {
  return {
    name: "keep-places",
    transform(code, id) {
      if (!id.startsWith(distFolder) || !code.includes("import.meta.")) return undefined;
      const place = JSON.stringify(relative(bundleFolder, id));
      const folder = JSON.stringify(`/${relative(bundleFolder, dirname(id))}`);
      return code
        .replaceAll("import.meta.url", `new URL(${place}, import.meta.url).href`)
        .replaceAll("import.meta.dirname", `(import.meta.dirname + ${folder})`);
    },
  };
}

/**
 * Puts the modules of a folder that TypeScript has made together. Packages, and what a module asks for by a file, stay outside.
 * @param {string} distFolder
 */
export async function bundle(distFolder) {
  const bundleFolder = join(distFolder, "bundle");
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(distFolder, file)])),
    platform: "node",
    // The bundler's own helpers come with it.
    external: (id) => !/^(\.|\/|@oxc-project\/runtime\/)/.test(id),
    plugins: [keepPlaces(distFolder, bundleFolder)],
    logLevel: "warn",
  });
  try {
    await build.write({ dir: bundleFolder, format: "esm", chunkFileNames: "[name]-[hash].js" });
  } finally {
    await build.close();
  }
}
