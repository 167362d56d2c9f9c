import { execFileSync, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Log } from "sarif";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../provider/rules/limits.ts";
import { ruleIds, rules } from "../../provider/rules/registry.ts";
import { goodDefinition } from "../stack/good-definition.ts";
import { makeSurroundings } from "../stack/surroundings.ts";
import { testedCommand } from "../tested-command.ts";

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-validate-"));
  makeSurroundings(folder);
  const bad = goodDefinition.replace("policy: five", "policy: fife").replace("[web1]]", "[web9]]");
  fs.writeFileSync(path.join(folder, "bad.yaml"), bad);
  fs.writeFileSync(path.join(folder, "siterecovery.yaml"), goodDefinition);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function run(...arguments_: string[]): { code: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NO_COLOR: "1" };
  const ended = spawnSync(process.execPath, [testedCommand, ...arguments_], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}

describe("siterecovery validate", () => {
  it("says that siterecovery.yaml here is right, and exits with 0", () => {
    const { code, stdout } = run("validate");
    expect(stdout).toBe("siterecovery.yaml: right; it declares 14 resources\n");
    expect(code).toBe(0);
  });

  it("underlines what is wrong, names the rule, and exits with 1", () => {
    const { code, stdout } = run("validate", "bad.yaml");
    expect(stdout).toContain("bad.yaml:11:13: sites[0].policy: there is no policy 'fife'");
    expect(stdout).toContain("[unknown-policy]\n        policy: fife\n                ^^^^\n");
    expect(stdout).toContain("2 errors; nothing was changed.\n");
    expect(stdout).toContain("siterecovery explain unknown-policy");
    expect(code).toBe(1);
  });

  it("exits with 3 when a definition is not there, 1 when the report cannot be written, 2 on a bad flag", () => {
    expect(run("validate", "gone.yaml")).toMatchObject({ code: 3 });
    const unwritable = run("validate", "--output", "no/such/folder");
    expect(unwritable.code).toBe(1);
    expect(unwritable.stderr).toMatch(/^error: The report cannot be written to no\/such\/folder: /);
    expect(run("validate", "--format", "xml")).toMatchObject({ code: 2 });
  });

  it("writes SARIF whose results name a rule and a region, with fingerprints that outlive a new line", () => {
    const read = (): Log => {
      expect(run("validate", "bad.yaml", "--format", "sarif", "--output", "out.sarif").code).toBe(1);
      return JSON.parse(fs.readFileSync(path.join(folder, "out.sarif"), "utf8")) as Log;
    };
    const [{ tool, results = [] }] = read().runs as [Log["runs"][number]];
    expect(tool.driver.rules?.map(({ id }) => id)).toEqual(ruleIds);
    expect(results.map(({ ruleId }) => ruleId)).toEqual(["unknown-policy", "plan-unknown-machine"]);
    for (const { ruleId, ruleIndex } of results) expect(ruleIds[ruleIndex!]).toBe(ruleId);
    expect(results[0]?.locations?.[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: "bad.yaml", uriBaseId: "%SRCROOT%" },
      region: { startLine: 11, startColumn: 13, endLine: 11, endColumn: 17 },
    });
    const file = path.join(folder, "bad.yaml");
    fs.writeFileSync(file, `# a line more\n${fs.readFileSync(file, "utf8")}`);
    const after = read().runs[0]?.results ?? [];
    expect(after.map(({ partialFingerprints }) => partialFingerprints)).toEqual(
      results.map(({ partialFingerprints }) => partialFingerprints),
    );
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("# a line more\n", ""));
  });

  it("writes JUnit with a failed case for each finding", () => {
    const { code, stdout } = run("validate", "siterecovery.yaml", "bad.yaml", "--format", "junit");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<\?xml[^]*<testsuites tests="3" failures="2"/);
    expect(stdout).toContain('<testcase classname="unknown-policy" name="bad.yaml:11:13" file="bad.yaml">');
  });

  it("writes workflow commands in which nothing can end a command early", () => {
    fs.writeFileSync(path.join(folder, "odd,1%.yaml"), goodDefinition.replace("five\n", '"100%"\n'));
    const { stdout } = run("validate", "odd,1%.yaml", "--format", "github");
    expect(stdout).toMatch(
      /^::error file=odd%2C1%25\.yaml,line=11,col=13,endColumn=19,title=unknown-policy::/,
    );
    expect(stdout).toContain("there is no policy '100%25'");
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
  });

  it("writes JSON with the rule, the place and what to do", () => {
    const [result] = JSON.parse(run("validate", "bad.yaml", "--json").stdout) as [
      { findings: Record<string, unknown>[] },
    ];
    expect(result.findings[0]).toMatchObject({
      rule: "unknown-policy",
      line: 11,
      column: 13,
      length: 4,
      severity: "error",
      whatToDo: rules["unknown-policy"].whatToDo,
    });
  });
});

describe("siterecovery explain", () => {
  it("lists every rule, and tells of one what it wants, why, and where its figures come from", () => {
    const list = execFileSync(process.execPath, [testedCommand, "explain"], { encoding: "utf8" });
    for (const id of ruleIds) expect(list).toContain(`${id} `);
    const { code, stdout } = run("explain", "plan-group-limit");
    expect(code).toBe(0);
    expect(stdout).toContain("planGroups: 7 groups (a recovery plan of any flow; ");
    expect(run("explain", "plan-group-limt").stderr).toContain("Did you mean 'plan-group-limit'?");
  });

  it("knows a source for each figure that a rule names", () => {
    const named = Object.values(rules).flatMap((rule) => rule.limits ?? []);
    for (const name of named)
      expect(limits[name]?.source, name).toMatch(/^(learn\.microsoft\.com|registry\.terraform\.io), /);
    expect(new Set(named).size).toBeGreaterThan(10);
    for (const id of ruleIds) expect(id).toMatch(/^[a-z]+(-[a-z]+)+$/);
  });
});
