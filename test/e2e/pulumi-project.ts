/**
 * A Pulumi project of a test's own, in a temporary folder: program, stack definition, machines with real disk
 * bytes, engine home, local backend. Commands run the real Pulumi CLI and the built `siterecovery`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { machineDefinition } from "../machine-definition.ts";
import { programFile } from "../../setup/project.mjs";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";

const packageFolder = path.resolve(import.meta.dirname, "../..");

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of arrival. */
  readonly text: string;
}

export interface DiskSpec {
  readonly id: string;
  readonly content: Buffer;
}

const programFromYaml = `import { declareStack } from "siterecovery";
export const machines = declareStack("siterecovery.yaml").machines;
`;

export class PulumiProject {
  readonly folder: string;
  readonly #pulumi: string;
  readonly #environment: Record<string, string>;

  private constructor(folder: string, pulumi: string, environment: Record<string, string>) {
    this.folder = folder;
    this.#pulumi = pulumi;
    this.#environment = environment;
  }

  static async make(program: string = programFromYaml): Promise<PulumiProject> {
    const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-e2e-")));
    const { pulumi, env } = await ensurePulumi({ stateFolder: path.join(folder, ".pulumi") });
    const environment = { ...env, PULUMI_OPTION_SUPPRESS_PERMALINK: "true", NO_COLOR: "1" };
    delete (environment as Record<string, string | undefined>)["SITERECOVERY_HOME"];
    const project = new PulumiProject(folder, pulumi, environment);
    project.write("package.json", JSON.stringify({ name: "user", type: "module" }));
    project.write(
      "Pulumi.yaml",
      stringify({
        name: "dr",
        runtime: { name: "nodejs", options: { typescript: false } },
        main: "program/main.ts",
      }),
    );
    project.write("program/main.ts", program);
    fs.mkdirSync(path.join(folder, "node_modules"));
    fs.symlinkSync(packageFolder, path.join(folder, "node_modules", "siterecovery"));
    fs.symlinkSync(
      path.join(packageFolder, "node_modules", "@pulumi"),
      path.join(folder, "node_modules", "@pulumi"),
    );
    const made = await project.pulumi("stack", "init", "test");
    if (made.status !== 0) throw new Error(made.text);
    return project;
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(file: string, text: string | Buffer): void {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true });
    fs.writeFileSync(this.path(file), text);
  }

  /** A machine of host hv1, with raw images and a machine.yaml. */
  addMachine(name: string, disks: readonly DiskSpec[], changes: object = {}): void {
    for (const disk of disks) this.write(`hv1/${name}/${disk.id}.img`, disk.content);
    const definition = machineDefinition(
      name,
      disks.map(({ id }) => id),
      changes,
    );
    this.write(`hv1/${name}/machine.yaml`, stringify(definition));
  }

  /** Writes siterecovery.yaml: a site with host hv1, and what is given. */
  define(
    stack: { machines: readonly object[] } & Partial<
      Record<"clusters" | "plans" | "drills" | "policies", readonly object[]>
    >,
  ): void {
    this.write(
      "siterecovery.yaml",
      stringify({
        version: 1,
        resourceGroup: "dr",
        vault: { name: "dr-vault" },
        azure: {
          storageAccounts: [{ name: "replicas" }],
          networks: [{ name: "recovery-net" }, { name: "drill-net" }],
        },
        policies: [{ name: "every-5-minutes", replicationInterval: 300 }],
        sites: [
          {
            name: "london",
            hosts: [{ name: "hv1", inventory: "hv1" }],
            policy: "every-5-minutes",
            networkMappings: [{ from: "production", to: "recovery-net" }],
          },
        ],
        ...stack,
      }),
    );
  }

  pulumi(...words: string[]): Promise<Run> {
    return this.#run(this.startPulumi(...words));
  }

  /** In a process group of its own, so that all of it can be killed at once. */
  startPulumi(...words: string[]): ChildProcess {
    const all = [...words, "--non-interactive"];
    return spawn(this.#pulumi, all, { cwd: this.folder, env: this.#environment, detached: true });
  }

  /** `pulumi up` without the preview in front. The caller checks the status. */
  up(...words: string[]): Promise<Run> {
    return this.pulumi("up", "--yes", "--skip-preview", "--stack", "test", ...words);
  }

  preview(...words: string[]): Promise<Run> {
    return this.pulumi("preview", "--stack", "test", ...words);
  }

  /** The built command line tool. */
  siterecovery(...words: string[]): Promise<Run> {
    return this.#run(
      spawn(process.execPath, [programFile, ...words], { cwd: this.folder, env: this.#environment }),
    );
  }

  /** A program in the project's folder, as a user starts it: with `pulumi` and the package's commands at hand. */
  shell(program: string, ...words: string[]): Promise<Run> {
    const bin = this.path("node_modules", ".bin");
    fs.mkdirSync(bin, { recursive: true });
    const command = path.join(bin, "siterecovery");
    if (!fs.existsSync(command)) fs.symlinkSync(programFile, command);
    const folders = [path.dirname(this.#pulumi), path.dirname(process.execPath), this.#environment["PATH"]];
    const environment = { ...this.#environment, PATH: folders.join(path.delimiter) };
    return this.#run(spawn(program, words, { cwd: this.folder, env: environment }));
  }

  async json<T>(...words: string[]): Promise<T> {
    const run = await this.siterecovery(...words, "--json");
    if (run.status !== 0) throw new Error(run.text);
    return JSON.parse(run.stdout) as T;
  }

  /** The stack's state as text. */
  async state(): Promise<string> {
    return (await this.pulumi("stack", "export", "--stack", "test")).stdout;
  }

  /** All files of a folder of the project with size and time of change, to see whether anything was written. */
  listing(folder: string): string[] {
    const root = this.path(folder);
    return (fs.readdirSync(root, { recursive: true }) as string[]).sort().flatMap((name) => {
      const stat = fs.statSync(path.join(root, name));
      return stat.isFile() ? [`${name} ${stat.size} ${stat.mtimeMs}`] : [];
    });
  }

  #run(child: ChildProcess): Promise<Run> {
    return new Promise((resolve, reject) => {
      let [stdout, stderr, text] = ["", "", ""];
      child.stdout?.on("data", (chunk: Buffer) => ((stdout += chunk.toString()), (text += chunk.toString())));
      child.stderr?.on("data", (chunk: Buffer) => ((stderr += chunk.toString()), (text += chunk.toString())));
      child.on("error", reject);
      child.on("close", (status) => resolve({ status, stdout, stderr, text }));
    });
  }
}
