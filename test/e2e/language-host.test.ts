import { spawn } from "node:child_process";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { clearStaleLocks } from "../../setup/clear-stale-locks.mjs";
import { endOrphanedProviders } from "../../setup/end-orphaned-providers.mjs";
import { forgetInterruptedOperations } from "../../setup/forget-interrupted-operations.mjs";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { collectOutput } from "../../setup/run-command.mjs";
import { temporaryFolder } from "../setup/temporary-folder.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const SETTINGS = `name: scratch
runtime: { name: nodejs, options: { typescript: false } }
main: program/main.ts
stackConfigDir: .pulumi/config
`;

/** A program with one dynamic resource, which waits and then leaves a mark in a file. */
const program = (milliseconds: number) => `import * as pulumi from "@pulumi/pulumi";
type Inputs = { milliseconds: number; file: string };
const provider: pulumi.dynamic.ResourceProvider = {
  async create({ milliseconds, file }: Inputs) {
    (await import("node:fs")).appendFileSync(file, "begun ");
    await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
    return { id: "made", outs: { milliseconds, file, node: process.versions.node } };
  },
};
class Thing extends pulumi.dynamic.Resource {
  declare readonly node: pulumi.Output<string>;
  constructor(name: string, inputs: Inputs) {
    super(provider, name, { ...inputs, node: undefined });
  }
}
const file = import.meta.dirname + "/marks.txt";
export const node = new Thing("thing", { milliseconds: ${milliseconds}, file }).node;
`;

async function project(main: string) {
  const folder = temporaryFolder({
    "package.json": JSON.stringify({ name: "scratch", type: "module" }),
    "Pulumi.yaml": SETTINGS,
    "program/main.ts": main,
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const { pulumi, env } = await ensurePulumi({ stateFolder: join(folder, ".pulumi") });
  const run = { folder, environment: env };
  const call = (...parameters: string[]) => collectOutput(pulumi, [...parameters, "--non-interactive"], run);
  expect(await call("stack", "init", "dev")).toMatchObject({ exitCode: 0 });
  const markFile = join(folder, "program", "marks.txt");
  const marks = () => (existsSync(markFile) ? readFileSync(markFile, "utf8") : "");
  return { folder, pulumi, env, run, call, marks };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("the Pulumi CLI that the set-up makes available", () => {
  test("runs a TypeScript program with a dynamic resource, and changes nothing the second time", async () => {
    const { call, marks } = await project(program(0));
    const first = await call("up", "--yes", "--skip-preview");
    expect(first).toMatchObject({ exitCode: 0, output: expect.stringContaining("+ 2 created") });
    // Both sides ran on the project's Node, which can run TypeScript by itself.
    expect(await call("stack", "output", "node")).toEqual({
      exitCode: 0,
      output: `${process.versions.node}\n`,
    });
    const second = await call("up", "--yes", "--skip-preview");
    expect(second).toMatchObject({ exitCode: 0, output: expect.stringContaining("2 unchanged") });
    // It ran without a word about the way in which the CLI was made available.
    expect(first.output + second.output).not.toContain("warning");
    expect(marks()).toBe("begun ");
  });

  test("runs a policy pack, whatever the program's language is", async () => {
    const { call } = await project("export const site = 'london';\n");
    const pack = temporaryFolder({
      "PulumiPolicy.yaml": "runtime: nodejs\n",
      "package.json": JSON.stringify({ name: "pack", version: "1.0.0" }),
      "index.js": `const { PolicyPack } = require("@pulumi/policy");
        new PolicyPack("pack", { policies: [{
          name: "no-stacks", description: "There are none.", enforcementLevel: "mandatory",
          validateStack: (stack, report) => report("a stack of " + stack.resources.length),
        }] });`,
    });
    symlinkSync(join(root, "node_modules"), join(pack, "node_modules"));
    expect(await call("preview")).toMatchObject({ exitCode: 0 });
    const refused = await call("preview", "--policy-pack", pack);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toMatch(/\[mandatory\] +no-stacks/);
  });

  test("tells the error of a program that fails, and does not end well", async () => {
    const { call } = await project('throw new Error("no such vault");\n');
    const { exitCode, output } = await call("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("no such vault");
  });

  test("after kill -9, nothing of the killed run is left and the next one goes through", async () => {
    const { pulumi, env, run, call, marks, folder } = await project(program(3000));
    const child = spawn(pulumi, ["up", "--yes", "--skip-preview"], { cwd: folder, env, stdio: "ignore" });
    while (child.exitCode === null && marks() === "") await pause(100);
    expect({ exitCode: child.exitCode, marks: marks() }).toEqual({ exitCode: null, marks: "begun " });
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));

    const { output: refusal } = await call("up", "--yes", "--skip-preview");
    expect(refusal).toContain("the stack is currently locked by 1 lock");
    const backend = pathToFileURL(join(folder, ".pulumi", "state")).href;
    expect(clearStaleLocks(backend, "dev")).toEqual([expect.stringContaining(`process ${child.pid},`)]);
    expect(await endOrphanedProviders(root)).toContainEqual(expect.stringContaining("Ended a provider"));
    expect(await forgetInterruptedOperations(pulumi, "dev", run)).toEqual([
      "The last run was interrupted while creating thing; this one carries on.",
    ]);
    const next = await call("up", "--yes", "--skip-preview");
    expect(next).toMatchObject({ exitCode: 0, output: expect.stringContaining("+ 1 created") });
    expect(next.output).not.toContain("warning");
  });
});
