import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { badNames } from "./bad-names.ts";
import { badPlans } from "./bad-plans.ts";
import { badSettings } from "./bad-settings.ts";
import { badSurroundings } from "./bad-surroundings.ts";
import { goodDefinition as good } from "./good-definition.ts";
import { makeSurroundings } from "./surroundings.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";

let folder: string;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-stack-"));
  makeSurroundings(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function read(text: string): ReturnType<typeof readStack> {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, text);
  return readStack(file);
}

/** All that is told of the good definition with a change, each as `line:column property: message`. */
function findings(from: string | RegExp, to: string): { told: string[]; marked: string } {
  const text = good.replace(from, () => to);
  expect(text).not.toBe(good);
  const before = text.slice(0, Math.max(0, text.indexOf("¦"))).split("\n");
  const marked = `${before.length}:${before.at(-1)!.length + 1}`;
  try {
    read(text.replace("¦", ""));
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    const told = (error as DefinitionError).findings.map(
      ({ line, column, property, message }) => `${line}:${column} ${property}: ${message}`,
    );
    return { told, marked };
  }
  return { told: [], marked };
}

describe("readStack", () => {
  it("takes the good definition, and declares its resources in an order that holds", () => {
    const declarations = declarationsOf(read(good));
    expect(declarations.map(({ kind }) => kind).sort()).toEqual(
      [
        "vault",
        "storage-account",
        "virtual-network",
        "virtual-network",
        "policy",
        "fabric",
        "services-provider",
        "protection-container",
        "container-mapping",
        "network-mapping",
        "protected-item",
        "protected-item",
        "recovery-plan",
        "drill",
      ].sort(),
    );
    const seen = new Set<string>();
    for (const { logicalName, dependsOn } of declarations) {
      for (const name of dependsOn) expect(seen, `${logicalName} depends on ${name}`).toContain(name);
      expect(seen).not.toContain(logicalName);
      seen.add(logicalName);
    }
  });

  for (const [what, from, to, expected] of [...badSettings, ...badNames, ...badPlans, ...badSurroundings]) {
    it(`tells ${what}`, () => {
      const { told, marked } = findings(from, to);
      const wanted = to.includes("¦") ? `${marked} ${expected}` : expected;
      expect(
        told.some((line) => line.includes(wanted)),
        `${wanted} in\n${told.join("\n")}`,
      ).toBe(true);
    });
  }

  it("tells a mistake in a machine.yaml where it stands, in that file", () => {
    try {
      read(good.replace("{ name: web1 }", "{ name: broken1 }"));
      expect.unreachable();
    } catch (error) {
      const first = (error as DefinitionError).findings.find(({ property }) => property === "cpus");
      expect(first?.file).toBe(path.join(folder, "hv1", "broken1", "machine.yaml"));
      expect(`${first?.line} ${first?.property} ${first?.message}`).toBe("7 cpus 'many' is not an integer");
    }
  });

  it("refuses a disk image outside of the machine's folder", () => {
    expect(findings("{ name: web1 }", "{ name: escape1 }").told.join("\n")).toMatch(
      /disks\[0\]\.file: '\.\.\/web1\/os\.img' is not legal/,
    );
  });

  it("tells everything that is wrong at once, with the line and a mark under the place", () => {
    const text = good.replace("policy: five", "policy: six").replace("[[db1], [web1]]", "[[db2]]");
    try {
      read(text);
      expect.unreachable();
    } catch (error) {
      const shown = (error as DefinitionError).format();
      expect(shown).toMatch(/siterecovery\.yaml:11:13: sites\[0\]\.policy: there is no policy 'six'/);
      expect(shown).toContain("        policy: six\n                ^");
      expect(shown).toMatch(/2 errors; nothing was changed\.$/);
    }
  });

  it("tells a mistake in a machine.yaml once, with that file's line, however many speak of it", () => {
    const twice = "{ name: broken1 }\n  - { name: BROKEN1 }";
    try {
      read(good.replace("{ name: web1 }", twice));
      expect.unreachable();
    } catch (error) {
      const shown = (error as DefinitionError).format();
      expect(shown.match(/'many' is not an integer/g)).toHaveLength(1);
      expect(shown).toContain("    cpus: many\n          ^");
    }
  });

  it("follows an absolute path to an inventory wherever it leads", () => {
    const elsewhere = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-hosts-"));
    try {
      fs.cpSync(path.join(folder, "hv1"), path.join(elsewhere, "hv1"), { recursive: true });
      const definition = read(good.replace("inventory: hv1", `inventory: ${elsewhere}/hv1`)).definition;
      expect(definition.sites[0]?.hosts?.[0]?.inventory).toBe(`${elsewhere}/hv1`);
    } finally {
      fs.rmSync(elsewhere, { recursive: true });
    }
  });

  it("takes brackets in strings and comments for what they are", () => {
    const brackets = "[{".repeat(60);
    const text = good.replace(
      "{ name: dr-vault }",
      `{ name: dr-vault, tags: { a: "${brackets}" } } # ${brackets}`,
    );
    expect(read(text).definition.vault.tags).toEqual({ a: brackets });
  });

  it("shows no more than 100 findings, and no character that moves the cursor", () => {
    const many = Array.from({ length: 150 }, () => "  - { name: 1 }").join("\n");
    try {
      read(good.replace(/plans:[^]*$/, `drills:\n${many}\n`));
      expect.unreachable();
    } catch (error) {
      expect((error as DefinitionError).findings).toHaveLength(100);
    }
    const { told } = findings(/machines:\n[^]*$/, `machines:\n${"  - { name: web1 }\n".repeat(10_000)}`);
    expect(told).toHaveLength(9_999);
    const shown = new DefinitionError(
      told.map((message) => ({
        rule: "yaml-syntax",
        file: "a.yaml",
        line: 1,
        column: 3,
        property: "",
        message: `\u001b[2J${message}`,
      })),
      new Map([["a.yaml", "a: \u009b31m\u202eb"]]),
    ).format();
    expect(shown).toMatch(/\.\.\. and 9899 more\n9999 errors; nothing was changed\.$/);
    expect(shown).not.toMatch(/[\u001b\u009b\u202e]/);
  });

  it("checks 10,000 machines in one file", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `  - { name: m${index} }`).join("\n");
    const { told } = findings(/machines:\n[^]*$/, `machines:\n${many}\n`);
    expect(told).toHaveLength(10_000);
  });
});
