import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goodDefinition } from "../stack/good-definition.ts";
import { makeSurroundings } from "../stack/surroundings.ts";
import { testedCommand } from "../tested-command.ts";

let folder: string;

/** One warning (db1 is in no plan), one note (nobody drills the plan). */
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-advice-"));
  makeSurroundings(folder);
  const advised = goodDefinition.replace("[[db1], [web1]]", "[[web1]]").replace(/drills:[^]*/, "");
  fs.writeFileSync(path.join(folder, "siterecovery.yaml"), advised);
  fs.writeFileSync(path.join(folder, "noted.yaml"), goodDefinition.replace(/drills:[^]*/, ""));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function run(...arguments_: string[]): { code: number | null; stdout: string } {
  const env = { ...process.env, NO_COLOR: "1" };
  const ended = spawnSync(process.execPath, [testedCommand, ...arguments_], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { code: ended.status, stdout: ended.stdout };
}

describe("what validate advises", () => {
  it("is told with its level, and fails nothing", () => {
    const { code, stdout } = run("validate");
    expect(code).toBe(0);
    expect(stdout).toContain(
      "siterecovery.yaml:15:13: warning: machines[1].name: 'db1' is in no recovery plan",
    );
    expect(stdout).toMatch(/ \[machine-in-plan\]\n +- \{ name: db1 \}\n +\^\^\^\n/);
    expect(stdout).toContain("siterecovery.yaml:17:13: note: plans[0].name: the plan 'shop' has no drill");
    expect(stdout).toContain("\n1 warning, 1 note.\nsiterecovery.yaml: right; it declares ");
  });

  it("fails with --strict when it is a warning, and never when it is a note", () => {
    expect(run("validate", "--strict").code).toBe(1);
    expect(run("validate", "--strict", "noted.yaml").code).toBe(0);
  });

  it("asks for no drill of a definition for Azure, which takes none", () => {
    const text = fs.readFileSync(path.join(folder, "noted.yaml"), "utf8");
    fs.writeFileSync(
      path.join(folder, "azure.yaml"),
      text.replace("version: 1", "version: 1\ntarget: azure"),
    );
    expect(run("validate", "azure.yaml").stdout).toMatch(/^azure\.yaml: right; it declares \d+ resources\n$/);
  });

  it("has its level in SARIF, JSON and workflow commands", () => {
    const sarif = JSON.parse(run("validate", "--format", "sarif").stdout) as Log;
    expect(sarif.runs[0]!.results?.map(({ ruleId, level }) => [ruleId, level])).toEqual([
      ["machine-in-plan", "warning"],
      ["plan-drilled", "note"],
    ]);
    const [checked] = JSON.parse(run("validate", "--json").stdout) as [
      { resources: number; findings: { severity: string }[] },
    ];
    expect(checked.resources).toBeGreaterThan(0);
    expect(checked.findings.map(({ severity }) => severity)).toEqual(["warning", "note"]);
    const commands = run("validate", "--format", "github").stdout.trimEnd().split("\n");
    expect(commands.map((line) => line.split(" ")[0])).toEqual(["::warning", "::notice"]);
  });

  it("is a passed case in JUnit, and a warning a failed one with --strict", () => {
    const told = run("validate", "--format", "junit").stdout;
    expect(told).toContain('<testsuites tests="3" failures="0"');
    expect(told).toMatch(
      /<testcase classname="machine-in-plan"[^>]*>\s*<system-out>.*warning: siterecovery.yaml:15:13/,
    );
    const strict = run("validate", "--format", "junit", "--strict").stdout;
    expect(strict).toContain('<testsuites tests="3" failures="1"');
  });

  it("is explained with its level", () => {
    expect(run("explain", "process-server-machines").stdout).toMatch(
      /^process-server-machines \(warning\)\n/,
    );
    expect(run("explain", "plan-drilled").stdout).toMatch(
      /^plan-drilled \(note\)\n[^]*\nplan-drilled \(policy, advisory\)/,
    );
    expect(run("explain").stdout).toMatch(
      /^plan-drilled +note +Every plan, or a machine of it, has a drill$/m,
    );
  });
});
