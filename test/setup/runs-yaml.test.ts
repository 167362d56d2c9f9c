import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runsYaml } from "../../setup/pulumi-cli/runs-yaml.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

describe("whether the CLI is about to run a Pulumi YAML program", () => {
  test.each([
    ["name: dr\nruntime: yaml\n", true],
    ['runtime: "yaml"\n', true],
    ["runtime: { name: yaml }\n", true],
    ["name: dr\nruntime:\n  name: yaml\n", true],
    ["runtime: nodejs\nmain: yaml\n", false],
    ["runtime:\n  name: nodejs\n  options: { typescript: false }\n", false],
    ["runtime: { name: python, options: { virtualenv: yaml } }\n", false],
  ])("%j: %s", (project, isYaml) => {
    expect(runsYaml(["up"], temporaryFolder({ "Pulumi.yaml": project }))).toBe(isYaml);
  });

  test("the folder is the current one, one above it, or the one that the command names", () => {
    const folder = temporaryFolder({
      "stack/Pulumi.yaml": "runtime: yaml\n",
      "stack/machines/note.txt": "",
      "program/Pulumi.yaml": "runtime: nodejs\n",
    });
    expect(runsYaml(["up"], join(folder, "stack", "machines"))).toBe(true);
    expect(runsYaml(["-C", "stack", "up"], folder)).toBe(true);
    expect(runsYaml(["up", "--cwd=../stack"], join(folder, "program"))).toBe(true);
    expect(runsYaml(["up", "-C"], join(folder, "program"))).toBe(false);
    expect(runsYaml(["version"], folder)).toBe(false);
  });
});
