// `npm run docs`: builds the site of the documentation into site/dist. It has a package of its own, which is installed first.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { installDependencies } from "./install-dependencies.mjs";
import { commandFolder, nodePath, projectFolder } from "./project.mjs";
import { reportStep } from "./report-step.mjs";
import { collectOutput } from "./run-command.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

const folder = join(projectFolder, "site");

/** @returns {boolean} whether the site's package is installed as its lock file says */
function isInstalled() {
  copyPages();
  const program = join(folder, "node_modules", "vitepress", "package.json");
  if (!existsSync(program)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).devDependencies.vitepress;
  return JSON.parse(readFileSync(program, "utf8")).version === wanted;
}

/** What people read; `_index.md` is a page of Pulumi's registry, in its own dialect. */
function copyPages() {
  const pages = join(folder, "pages");
  rmSync(pages, { recursive: true, force: true });
  mkdirSync(pages);
  const sources = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs", "examples"];
  const skipped = ["_index.md", "node_modules", "sdks", "venv"];
  for (const source of sources) {
    cpSync(join(projectFolder, source), join(pages, source), {
      recursive: true,
      filter: (from) =>
        !skipped.includes(basename(from)) && (from.endsWith(".md") || statSync(from).isDirectory()),
    });
  }
}

/**
 * @param {string} what
 * @param {string} command
 * @param {string[]} parameters
 */
async function step(what, command, parameters) {
  const environment = { ...process.env, PATH: `${commandFolder}:${process.env["PATH"] ?? ""}` };
  const { exitCode, output } = await reportStep(what, () =>
    collectOutput(command, parameters, { folder, environment }),
  );
  if (exitCode !== 0) throw new SetupError(`${output.trim()}\n\nThe site was not built.`, exitCode);
}

await runToExit(async () => {
  await installDependencies();
  if (!isInstalled()) {
    await step("Installing VitePress (about 20 seconds)", "npm", [
      "ci",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
    ]);
  }
  const program = join(folder, "node_modules", "vitepress", "bin", "vitepress.js");
  await step("Building the site (about 30 seconds)", nodePath(), [program, "build", "."]);
  process.stdout.write(`${join(folder, "dist", "index.html")}\n`);
  return 0;
});
