import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { declarationsOf } from "../../provider/stack/declare.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { machineDefinition } from "../machine-definition.ts";
import { badNames } from "./bad-names.ts";
import { badSettings } from "./bad-settings.ts";
import { goodDefinition as good } from "./good-definition.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";

let folder: string;

function machine(name: string, changes: object = {}): void {
  const place = path.join(folder, "hv1", name);
  fs.mkdirSync(place, { recursive: true });
  fs.writeFileSync(path.join(place, "os.img"), Buffer.alloc(65_536));
  fs.writeFileSync(path.join(place, "machine.yaml"), stringify(machineDefinition(name, ["os"], changes)));
}

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-stack-"));
  machine("web1");
  machine("db1");
  machine("old1", { guestOs: { family: "linux", name: "Ubuntu", version: "9.10" } });
  machine("strange1", { guestOs: { family: "linux", name: "TempleOS", version: "5" } });
  machine("lost1", { nics: [{ name: "eth0", network: "nowhere" }] });
  machine("broken1", { cpus: "many" });
  machine("escape1", { disks: [{ id: "os", file: "../web1/os.img", role: "os" }] });
  machine("diskless1", { disks: [{ id: "os", file: "none.img", role: "os" }] });
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

  for (const [what, from, to, expected] of [...badSettings, ...badNames]) {
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

  it("checks 10,000 machines in one file", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `  - { name: m${index} }`).join("\n");
    const { told } = findings(/machines:\n[^]*$/, `machines:\n${many}\n`);
    expect(told).toHaveLength(10_000);
  });
});
