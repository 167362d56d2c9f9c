import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { availableMemory } from "node:process";
import { join } from "node:path";
import { commandFolder, projectFolder } from "./project.mjs";

/** Space and memory that a run's files may take, in bytes, with room to spare. */
const wantedBytes = 10 * 2 ** 30;
const memoryFolder = "/dev/shm";

/** How many things are tried by the tests that try things by chance, where it is more than in `npm test`. */
const thoroughCounts = {
  SITERECOVERY_KILLS: "500",
  SITERECOVERY_VERDICTS: "1000",
  SITERECOVERY_FUZZ_RUNS: "5000",
  SITERECOVERY_MODEL_RUNS: "200",
  SITERECOVERY_SEEDS: "400",
};

/** Parts of the paths of those tests. */
export const thoroughTests = [
  "whole-cycles-kill",
  "three-verdicts",
  "fuzz-definitions",
  "read-plain-text",
  "replication/model",
  "simulation/simulation",
];

/** @returns {string | undefined} a new folder in memory, where there is enough of it */
function folderInMemory() {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder);
    if (bavail * bsize < wantedBytes || availableMemory() < wantedBytes) return undefined;
    return mkdtempSync(join(memoryFolder, "sr-"));
  } catch {
    return undefined;
  }
}

/**
 * Runs tests in their environment: with the project's commands, with what Node has compiled kept from process to process, and
 * with temporary files in memory, since tests wait for the device at each step of an engine.
 * @template T
 * @param {{ isThorough: boolean }} options
 * @param {(environment: NodeJS.ProcessEnv) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withTestEnvironment({ isThorough }, work) {
  const folder = folderInMemory();
  try {
    return await work({
      NODE_COMPILE_CACHE: join(projectFolder, ".cache", "compiled"),
      ...(isThorough ? thoroughCounts : {}),
      ...process.env,
      ...(folder === undefined ? {} : { TMPDIR: folder }),
      PATH: `${commandFolder}:${process.env["PATH"] ?? ""}`,
    });
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
