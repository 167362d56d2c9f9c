// QEMU on this computer: which programs of it are missing, and their packages.

import { isOnPath } from "./is-on-path.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const PROGRAMS = ["qemu-system-x86_64", "qemu-storage-daemon", "qemu-img"];
const INSTALL = ["install", "--no-install-recommends", "qemu-system-x86", "qemu-utils"];

/**
 * Throws `SetupError` with the command to type if QEMU is missing.
 * @param {string} path where programs are looked for, as PATH has it
 */
export function requireQemu(path = process.env["PATH"] ?? "") {
  const missing = PROGRAMS.filter((program) => !isOnPath(program, path));
  if (missing.length === 0) return;
  throw new SetupError(`QEMU is missing (${missing.join(", ")}). Type: apt-get ${INSTALL.join(" ")}`);
}

/**
 * Installs QEMU by apt for the tests that need it, where this is a CI machine's root. Elsewhere, and if it fails, those tests
 * are skipped, and their names say what to install.
 * @param {NodeJS.ProcessEnv} environment
 */
export async function installQemuInCi(environment = process.env) {
  const path = environment["PATH"] ?? "";
  const isComplete = PROGRAMS.every((program) => isOnPath(program, path));
  if (isComplete || !environment["CI"] || process.getuid?.() !== 0 || !isOnPath("apt-get", path)) return;
  await reportStep("Installing QEMU by apt-get, for the tests of machines that it runs", async () => {
    const apt = { environment: { ...environment, DEBIAN_FRONTEND: "noninteractive" }, timeoutSeconds: 600 };
    await collectOutput("apt-get", ["update", "-qq"], apt);
    const { exitCode, output } = await collectOutput("apt-get", ["-qq", "-y", ...INSTALL], apt);
    if (exitCode !== 0) process.stdout.write(`\n${output.trim()}\nThe tests that need QEMU are skipped.\n`);
  });
}
