import { join } from "node:path";
import { commandFolder, programFile, projectFolder } from "./project.mjs";

/** How many things are tried by the tests that try things by chance, where it is more than in `npm test`. */
const thoroughCounts = {
  SITERECOVERY_THOROUGH: "1",
  SITERECOVERY_POWER_STATES: "400",
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
  "power-loss/replicas",
];

/** Those of the real Pulumi CLI of which `npm test` leaves out what is most like the rest. */
export const thoroughEndToEndTests = ["e2e/six-flows", "e2e/doors"];

/**
 * What tests run in: the project's commands, and the built command, and a place where Node keeps what it has compiled,
 * since many tests start processes that load the same modules.
 * @param {{ isThorough: boolean }} options
 * @returns {NodeJS.ProcessEnv}
 */
export function testEnvironment({ isThorough }) {
  return {
    NODE_COMPILE_CACHE: join(projectFolder, ".cache", "compiled"),
    SITERECOVERY_TESTED_COMMAND: programFile,
    ...(isThorough ? thoroughCounts : {}),
    ...process.env,
    PATH: `${commandFolder}:${process.env["PATH"] ?? ""}`,
  };
}
