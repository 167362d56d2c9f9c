import { fileURLToPath } from "node:url";

/** The program that serves a machine's disks: serve-machine.ts in source, serve-machine.js in the built package. */
export function serverProgram(): string {
  const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  return fileURLToPath(new URL(`./serve-machine${ending}`, import.meta.url));
}
