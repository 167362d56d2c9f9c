// A simulated vCenter server for tests: the simulator of govmomi. It is built with Go once for all clones, into the user's cache
// folder, and started by the tests that need it.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { builtExecutable, buildUnlessThere } from "./pulumi-cli/build-with-go.mjs";
import { projectFolder } from "./project.mjs";

const VERSION = "v0.52.0";

/** @returns {import("./pulumi-cli/go-build.mjs").GoProgram & {folderName: string}} */
function program() {
  const folder = join(projectFolder, "setup", "vcsim");
  const names = readdirSync(folder).filter((name) => name.endsWith(".go"));
  const sources = Object.fromEntries(
    names.sort().map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const hash = createHash("sha256").update(JSON.stringify(sources)).digest("hex").slice(0, 12);
  return {
    folderName: `vcsim-${VERSION}-${hash}`,
    what: `vcsim ${VERSION}, a simulated vCenter server for tests, with Go (1 to 2 minutes, once on this machine)`,
    executable: "vcsim",
    modules: { "github.com/vmware/govmomi": VERSION },
    packageName: ".",
    sources,
  };
}

/**
 * Builds vcsim unless it is there already.
 * @returns {Promise<{executable: string} | {missing: string}>} its executable, or why there is none here
 */
export async function ensureVcsim() {
  const vcsim = program();
  const notBuilt = await buildUnlessThere(vcsim, process.env);
  return notBuilt === undefined
    ? { executable: builtExecutable(vcsim, process.env) }
    : {
        missing: `the simulated vCenter server is not there: ${notBuilt}. Install Go 1.25 or newer (https://go.dev/dl/)`,
      };
}
