import { delimiter } from "node:path";
import { isOnPath } from "../is-on-path.mjs";
import { collectOutput } from "../run-command.mjs";
import { SetupError } from "../setup-error.mjs";

/** Programs of the computer that make a guest, by the Debian package that has them. */
const PACKAGE_OF = {
  "apt-cache": "apt",
  "apt-get": "apt",
  "dpkg-deb": "dpkg",
  ldd: "libc-bin",
  "mkfs.ext4": "e2fsprogs",
};

/** Debian keeps some of them where only root looks. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

const searchPath = [...(process.env["PATH"] ?? "").split(delimiter), ...SYSTEM_FOLDERS].join(delimiter);

/**
 * Throws `SetupError` with the command to type if a program that makes a guest is missing.
 * @param {string} path where programs are looked for, as PATH has it
 */
export function requirePrograms(path = searchPath) {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new SetupError(
      `A guest is made on Linux for x86-64, and this is ${process.platform} ${process.arch}.`,
    );
  }
  const missing = Object.entries(PACKAGE_OF).filter(([program]) => !isOnPath(program, path));
  if (missing.length === 0) return;
  const [programs, packages] = [0, 1].map((at) => [...new Set(missing.map((entry) => entry[at]))]);
  throw new SetupError(
    `A guest cannot be made without ${programs?.join(", ")}. Type: apt-get install ${packages?.join(" ")}`,
  );
}

/**
 * Runs a program to its end.
 * @param {string} program
 * @param {readonly string[]} parameters
 * @param {{ folder?: string, environment?: Record<string, string>, timeoutSeconds?: number }} options
 * @returns {Promise<string>} what it printed
 */
export async function run(program, parameters, options = {}) {
  const { exitCode, output } = await collectOutput(program, [...parameters], {
    ...(options.folder === undefined ? {} : { folder: options.folder }),
    timeoutSeconds: options.timeoutSeconds ?? 300,
    environment: { ...process.env, PATH: searchPath, ...options.environment, LC_ALL: "C" },
  });
  if (exitCode === 0) return output;
  throw new SetupError(`A guest was not made: ${program} ${parameters.join(" ")} failed.\n${output.trim()}`);
}
