/**
 * One of the examples of `examples/doors`, copied to a temporary folder in which its relative paths lead to the same
 * things, with a backend and an engine home of its own. What its README tells a user to do is done by `prepare`.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { ensurePulumiForPython } from "../../setup/pulumi-python.mjs";
import { nodePath, programFile } from "../../setup/project.mjs";
import { collectOutput } from "../../setup/run-command.mjs";
import type { Status } from "./status.ts";

const packageFolder = path.resolve(import.meta.dirname, "../..");
const plugin = "../../../bin/pulumi-resource-siterecovery";

export type Door = "typescript" | "plugin-yaml" | "plugin-typescript" | "plugin-python";

/** Where the package `pulumi` for Python is, or why Python programs cannot be tried on this machine. */
export const pulumiForPython = await ensurePulumiForPython();

export class DoorExample {
  readonly folder: string;
  readonly #root: string;
  readonly #pulumi: string;
  readonly #environment: Record<string, string>;

  private constructor(root: string, door: Door, pulumi: string, environment: Record<string, string>) {
    this.#root = root;
    this.folder = path.join(root, "examples", "doors", door);
    this.#pulumi = pulumi;
    this.#environment = environment;
  }

  static async make(door: Door): Promise<DoorExample> {
    const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-door-")));
    const { pulumi, env } = await ensurePulumi({ stateFolder: path.join(root, ".pulumi"), yaml: true });
    const environment: Record<string, string> = { ...env, NO_COLOR: "1", npm_config_prefer_offline: "true" };
    delete environment["SITERECOVERY_HOME"];
    const example = new DoorExample(root, door, pulumi, environment);
    fs.cpSync(path.join(packageFolder, "examples", "doors", door), example.folder, { recursive: true });
    fs.symlinkSync(path.join(packageFolder, "bin"), path.join(root, "bin"));
    fs.writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
    const modules = path.join(root, "node_modules");
    fs.mkdirSync(modules);
    fs.symlinkSync(packageFolder, path.join(modules, "siterecovery"));
    fs.symlinkSync(path.join(packageFolder, "node_modules", "@pulumi"), path.join(modules, "@pulumi"));
    const makeMachine = path.join(packageFolder, "examples", "doors", "make-machine.ts");
    await example.run(nodePath(), makeMachine, ".");
    if (door === "plugin-python") await example.#makeVirtualEnvironment();
    await example.pulumi("stack", "init", "test");
    return example;
  }

  remove(): void {
    fs.rmSync(this.#root, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Generates the SDK of the plugin and installs what the program depends on. */
  async prepare(door: Door): Promise<void> {
    if (door === "plugin-typescript") {
      await this.generateSdk("nodejs");
      await this.run("npm", "install", "--no-audit", "--no-fund");
    }
    if (door === "plugin-python") {
      await this.generateSdk("python");
      await this.run(this.path("venv", "bin", "python"), "-m", "pip", "install", "-r", "requirements.txt");
    }
  }

  generateSdk(language: "nodejs" | "python"): Promise<string> {
    return this.pulumi("package", "gen-sdk", plugin, "--language", language, "--local", "--out", "sdks");
  }

  /** `pulumi package add`: generates the SDK, makes it a dependency of the program and installs it. */
  addPackage(): Promise<string> {
    return this.pulumi("package", "add", plugin);
  }

  /** What Pulumi printed. Fails with it when the exit code is not 0. */
  pulumi(...words: string[]): Promise<string> {
    const all = words[0] === "package" ? words : [...words, "--non-interactive"];
    return this.run(this.#pulumi, ...all);
  }

  up(): Promise<string> {
    return this.pulumi("up", "--yes", "--skip-preview");
  }

  async item(): Promise<Status["items"][number]> {
    const { items } = JSON.parse(await this.run(nodePath(), programFile, "status", "--json")) as Status;
    return items[0]!;
  }

  async run(command: string, ...parameters: string[]): Promise<string> {
    const options = { folder: this.folder, environment: this.#environment };
    const { exitCode, output } = await collectOutput(command, parameters, options);
    if (exitCode !== 0)
      throw new Error(`${command} ${parameters.join(" ")}: exit code ${exitCode}\n${output}`);
    return output;
  }

  /** With the packages of the cache, so that pip finds there what it would otherwise have to download. */
  async #makeVirtualEnvironment(): Promise<void> {
    if ("missing" in pulumiForPython) throw new Error(pulumiForPython.missing);
    await this.run("python3", "-m", "venv", "--without-pip", "venv");
    const [packages] = fs.globSync(this.path("venv", "lib", "python*", "site-packages"));
    fs.writeFileSync(path.join(packages!, "pulumi.pth"), `${pulumiForPython.packageFolder}\n`);
    this.#environment["PIP_NO_INDEX"] = "1";
    // pip's own way to say: no isolation.
    this.#environment["PIP_NO_BUILD_ISOLATION"] = "0";
  }
}
