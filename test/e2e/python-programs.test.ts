import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensurePulumi } from "../../setup/pulumi-environment.mjs";
import { ensurePulumiForPython } from "../../setup/pulumi-python.mjs";
import { collectOutput } from "../../setup/run-command.mjs";
import { temporaryFolder } from "../setup/temporary-folder.ts";

const pulumiForPython = await ensurePulumiForPython();

async function project(program: string) {
  const folder = temporaryFolder({
    "Pulumi.yaml":
      "name: scratch\nruntime: { name: python, options: { toolchain: pip, virtualenv: venv } }\n" +
      "stackConfigDir: .pulumi/config\n",
    "__main__.py": program,
  });
  const { pulumi, env } = await ensurePulumi({ stateFolder: join(folder, ".pulumi") });
  const run = { folder, environment: env };
  const call = (...words: string[]) => collectOutput(pulumi, [...words, "--non-interactive"], run);
  expect(await call("stack", "init", "dev")).toMatchObject({ exitCode: 0 });
  return { folder, pulumi, env, run, call };
}

/** With a virtual environment that holds Pulumi. */
async function runnable(program: string) {
  if ("missing" in pulumiForPython) throw new Error(pulumiForPython.missing);
  const made = await project(program);
  await collectOutput("python3", ["-m", "venv", "--without-pip", "venv"], made.run);
  const where = "import sysconfig; print(sysconfig.get_path('purelib'), end='')";
  const { output } = await collectOutput(join(made.folder, "venv/bin/python"), ["-c", where], made.run);
  writeFileSync(join(output, "pulumi.pth"), `${pulumiForPython.packageFolder}\n`);
  return made;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe.skipIf("missing" in pulumiForPython)("Python programs, with the real Pulumi CLI", () => {
  test("get the stack's settings, and keep secrets secret", async () => {
    const { call } = await runnable(`import os
import pulumi

config = pulumi.Config()
pulumi.export("site", config.require("site"))
pulumi.export("password", config.require_secret("password"))
pulumi.export("names", [pulumi.get_project(), pulumi.get_stack(), os.path.basename(__file__)])
`);
    await call("config", "set", "site", "london");
    await call("config", "set", "--secret", "password", "open-sesame");
    const up = await call("up", "--yes", "--skip-preview");
    expect(up).toMatchObject({ exitCode: 0, output: expect.stringContaining("+ 1 created") });
    expect(up.output).toMatch(/password: \[secret\]/);
    const { output } = await call("stack", "output", "--json", "--show-secrets");
    expect(JSON.parse(output)).toEqual({
      site: "london",
      password: "open-sesame",
      names: ["scratch", "dev", "__main__.py"],
    });
    expect((await call("stack", "export")).output).not.toContain("open-sesame");
  });

  test("import modules that lie beside them", async () => {
    const { call, folder } = await runnable(
      "import pulumi\nimport sites\n\npulumi.export('sites', sites.names)\n",
    );
    writeFileSync(join(folder, "sites.py"), 'names = ["london", "paris"]\n');
    expect(await call("up", "--yes", "--skip-preview")).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await call("stack", "output", "--json")).output)).toEqual({
      sites: ["london", "paris"],
    });
  });

  test("that fail show the error and their own lines, none of Pulumi's", async () => {
    const { call } = await runnable('def site(name):\n    return {}[name]\n\n\nsite("no such site")\n');
    const { exitCode, output } = await call("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(
      /The program failed: KeyError: 'no such site'\n.*__main__\.py", line 5, in <module>/,
    );
    expect(output).not.toMatch(/run_pulumi_func|asyncio|runpy/);
  });

  test("that give up with a RunError show its message only", async () => {
    const { call } = await runnable('import pulumi\n\nraise pulumi.RunError("set the site first")\n');
    const { exitCode, output } = await call("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("error: set the site first");
    expect(output).not.toContain("line 3");
  });

  test("with a resource that Pulumi refuses end with its reason, without a traceback", async () => {
    const { call } = await runnable('import pulumi\n\npulumi.StackReference("organization/none/dev")\n');
    const { exitCode, output } = await call("preview");
    expect(exitCode).not.toBe(0);
    expect(output).toContain("unknown stack");
    expect(output).not.toContain("Traceback");
  });

  test("end when Ctrl-C ends the CLI, and leave nothing running", async () => {
    const { pulumi, env, folder } = await runnable(
      "import os, time\n\nopen('pid.txt', 'w').write(str(os.getpid()))\nprint('begun', flush=True)\ntime.sleep(300)\n",
    );
    const words = ["preview", "--non-interactive"];
    const child = spawn(pulumi, words, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (output += text.toString()));
    while (child.exitCode === null && !output.includes("begun")) await pause(50);
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).not.toBe(0);
    expect(output).not.toContain("Traceback");
    const { output: running } = await collectOutput("ps", ["-eo", "args="]);
    expect(running).not.toContain(folder);
  });
});

test("a Python program without its virtual environment is told how to make one", async () => {
  const { call } = await project("import pulumi\n");
  const { exitCode, output } = await call("preview");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/'virtualenv' option .*doesn't exist.*\n[^]*python3 -m venv/);
});
