import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import type { Finding } from "../../provider/yaml/finding.ts";
import { goodDefinition } from "./good-definition.ts";
import { makeSurroundings } from "./surroundings.ts";

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-files-"));
  makeSurroundings(folder);
  fs.mkdirSync(path.join(folder, "parts"));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const [head = "", rest = ""] = goodDefinition.split("machines:\n");
const [machines = "", others = ""] = rest.split("plans:\n");

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

function findingsOf(file: string): readonly Finding[] {
  try {
    readStack(file);
    return [];
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.findings;
  }
}

describe("a definition of several files", () => {
  it("is the same as one of a single file", () => {
    const single = readStack(write("single.yaml", goodDefinition)).definition;
    write("parts/machines.yaml", `machines:\n${machines}`);
    write("parts/plans.yaml", `plans:\n${others}`);
    const several = readStack(write("several.yaml", `${head}include: ["parts/*.yaml"]\n`)).definition;
    expect(JSON.parse(JSON.stringify(several))).toEqual(JSON.parse(JSON.stringify(single)));
  });

  it("tells of each finding the file, the line and the property there", () => {
    write("parts/a.yaml", "machines:\n  - { name: web1 }\n  - { name: db9 }\n");
    write("parts/b.yaml", "# comment\nmachines:\n  - { name: full1, site: paris }\n");
    write("parts/c.yaml", "plans:\n  - { name: shop, groups: [[web1], [web2]] }\n");
    const found = findingsOf(write("several.yaml", `${head}include: ["parts/*.yaml"]\n`));
    const told = found.map(({ rule, file, line, column, property }) => [
      rule,
      path.relative(folder, file),
      `${line}:${column}`,
      property,
    ]);
    expect(told.toSorted()).toEqual([
      ["machine-not-found", "parts/a.yaml", "3:13", "machines[1].name"],
      ["plan-unknown-machine", "parts/c.yaml", "2:37", "plans[0].groups[1][0]"],
      ["unknown-site", "parts/b.yaml", "3:26", "machines[0].site"],
    ]);
  });

  it("tells what is wrong with the form of all files at once", () => {
    write("parts/a.yaml", "machines: [{ nam: web1 }]\n");
    write("parts/b.yaml", "plans: [\n");
    const found = findingsOf(write("several.yaml", `${head}include: ["parts/*.yaml", gone.yaml]\n`));
    expect(new Set(found.map(({ rule }) => rule))).toEqual(
      new Set(["unknown-property", "missing-property", "yaml-syntax", "include-unmatched"]),
    );
  });
});

describe("machines by pattern", () => {
  it("are all that match and have no entry of their own, in plans as well", () => {
    const text = goodDefinition
      .replace("{ name: web1 }", '{ name: "*b1", size: Standard_B1s }')
      .replace("[[db1], [web1]]", '[["d*"], { machines: ["w??1"] }]');
    const { definition } = readStack(write("siterecovery.yaml", text));
    expect(definition.machines?.map(({ name, size }) => [name, size])).toEqual([
      ["web1", "Standard_B1s"],
      ["db1", undefined],
    ]);
    expect(JSON.parse(JSON.stringify(definition.plans?.[0]?.groups))).toEqual([
      ["db1"],
      { machines: ["web1"] },
    ]);
  });

  it("tell what is wrong with one of them at the pattern", () => {
    const text = goodDefinition.replace("{ name: db1 }", '{ name: db1 }\n  - { name: "old?" }');
    const found = findingsOf(write("siterecovery.yaml", text));
    expect(found.map(({ rule, line, column, property }) => [rule, line, column, property])).toEqual([
      ["machine-guest-unsupported", 16, 13, "machines[2].name"],
    ]);
  });
});

describe("ten thousand wrong names", () => {
  it("are compared with no more than so many right ones, and their lists are cut", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `x${index}`);
    const plan = `plans:\n  - { name: shop, groups: [[${many.join(", ")}]] }\n`;
    const found = findingsOf(
      write(
        "siterecovery.yaml",
        goodDefinition.replace(/plans:\n[^]*$/, () => plan),
      ),
    );
    const unknown = found.filter(({ rule }) => rule === "plan-unknown-machine");
    expect(unknown).toHaveLength(10_000);
    for (const { message } of unknown) expect(message.length).toBeLessThan(200);
  });
});
