import { spawnSync } from "node:child_process";
import path from "node:path";
import type { Outcome, Told } from "./run-program.ts";

/** Runs a program of ./programs, or of an absolute path, in a process of its own. */
export function outcomeOf(
  program: string,
  config: Record<string, string> = {},
  env: Record<string, string> = {},
): Outcome {
  const script = path.join(import.meta.dirname, "run-program.ts");
  const file = path.isAbsolute(program) ? program : path.join(import.meta.dirname, "programs", program);
  // Its exit code says only whether promises were left, which they are when it ends on an error.
  const { stdout, stderr } = spawnSync(process.execPath, [script, file, JSON.stringify(config)], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  if (!stdout.startsWith("{")) throw new Error(stdout + stderr);
  return JSON.parse(stdout) as Outcome;
}

/** What was told of a resource by its logical name. */
export function toldOf({ told }: Outcome, name: string): Told {
  const found = told.find((one) => one.name === name);
  if (!found) throw new Error(`nothing was told of ${name}: ${told.map((one) => one.name).join(", ")}`);
  return found;
}

export const toAzure = { "siterecovery:target": "azure" };
