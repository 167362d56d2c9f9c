// Runs a program in a folder that is its own, and ends it with the process that started this one, however that one ends:
// node end-with-parent.mjs <folder> <program> <parameter …>. The folder is removed at the end.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";

const [folder = "", program = "", ...parameters] = process.argv.slice(2);
const child = spawn(program, parameters, { stdio: ["ignore", "ignore", "inherit"] });
child.on("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
process.stdin.resume().on("close", () => child.kill("SIGKILL"));
