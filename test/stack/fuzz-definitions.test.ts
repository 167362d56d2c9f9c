import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRuleId } from "../../provider/rules/registry.ts";
import { matcherOf } from "../../provider/stack/name-pattern.ts";
import { readStack } from "../../provider/stack/read-stack.ts";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../machine-definition.ts";
import { goodDefinition } from "./good-definition.ts";
import { makeSurroundings } from "./surroundings.ts";

/** How many inputs each test gets; `SITERECOVERY_FUZZ_RUNS=20000` for a long run. */
const runs = Number(process.env["SITERECOVERY_FUZZ_RUNS"] ?? 250);

const rootText = `${goodDefinition}include: [part.yaml]\n`;
const machineText = writeYaml(
  machineDefinition("web1", ["os", "data"], {
    nics: [{ name: "eth0", network: "production", ipAddress: "10.0.0.4" }],
  }),
);

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-fuzz-"));
  makeSurroundings(folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/**
 * Reads a definition, with this text as the definition itself or as a file that it leads to: it is right, or all that
 * comes of it are findings with a rule and a place.
 */
function expectFindingsOnly(bytes: string | Uint8Array, leaf = "siterecovery.yaml"): void {
  const file = path.join(folder, "siterecovery.yaml");
  fs.writeFileSync(file, leaf === "part.yaml" ? rootText : goodDefinition);
  fs.writeFileSync(path.join(folder, leaf), bytes);
  try {
    expect(readStack(file).definition.version).toBe(1);
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    expect(error.findings.length).toBeGreaterThan(0);
    for (const { rule, line, column, message } of error.findings) {
      expect(isRuleId(rule)).toBe(true);
      expect(Math.min(line, column)).toBeGreaterThan(0);
      expect(message).not.toBe("");
    }
    expect(error.format()).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  }
}

/** What hostile and clumsy people put into definitions. */
const splinter = fc.oneof(
  fc.constantFrom(
    "{",
    "[",
    "]",
    "}",
    "- ",
    ": ",
    "? ",
    "&a ",
    "*a",
    "!!js/function ",
    "<<: *a",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "__proto__",
    "constructor",
    "\u0000",
    "\u202e",
    "\ufeff",
    "\r\n",
    "\t",
    '"',
    "'",
    "|",
    ">",
    "#",
    ".inf",
    "-0",
    "1e999",
    "0777",
    "9007199254740993",
    "null",
    "~",
    "web*",
    "*",
    "?",
    "../..",
    "/etc",
    "include: [siterecovery.yaml]",
    "include: ['*']",
    "include: [.]",
  ),
  fc.string({ unit: "binary", maxLength: 8 }),
);

/** The machines of a definition with a part that is right. */
function readWith(part: string): readonly { readonly name: string }[] {
  fs.writeFileSync(path.join(folder, "siterecovery.yaml"), rootText);
  fs.writeFileSync(path.join(folder, "part.yaml"), part);
  return readStack(path.join(folder, "siterecovery.yaml")).definition.machines ?? [];
}

/** A text with parts of it cut out and put in. */
function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(12), put: splinter });
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((edited, { at, cut, put }) => edited.slice(0, at) + put + edited.slice(at + cut), text),
    );
}

describe("whatever stands in a definition", () => {
  it("comes to findings and never to an exception: text at random", () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.uint8Array({ maxLength: 200 }));
    fc.assert(
      fc.property(text, (bytes) => expectFindingsOnly(bytes)),
      { numRuns: runs },
    );
  });

  it("comes to findings and never to an exception: a good definition with parts cut out and put in", () => {
    fc.assert(
      fc.property(mutated(goodDefinition), (text) => expectFindingsOnly(text)),
      { numRuns: runs },
    );
  });

  it("comes to findings and never to an exception: a good definition with a value of another sort", () => {
    const tokens = [...goodDefinition.matchAll(/(?<=[:[,] ?)[\w-]+/g)].map((match) => match.index);
    const replaced = fc
      .tuple(fc.constantFrom(...tokens), fc.json({ maxDepth: 3 }))
      .map(
        ([at, value]) =>
          goodDefinition.slice(0, at) + goodDefinition.slice(at).replace(/^[\w-]+/, () => value),
      );
    fc.assert(
      fc.property(replaced, (text) => expectFindingsOnly(text)),
      { numRuns: runs },
    );
  });

  it("comes to findings and never to an exception: what is included, and what it includes", () => {
    const part = "machines:\n  - { name: full1 }\nplans:\n  - { name: second, groups: [[full1]] }\n";
    expect(readWith(part).map(({ name }) => name)).toEqual(["web1", "db1", "full1"]);
    const include = fc
      .array(fc.oneof(splinter, fc.constantFrom("part.yaml", "../x.yaml", "**", "hv1", "out/*")), {
        maxLength: 3,
      })
      .map((entries) => `include: ${JSON.stringify(entries)}\n`);
    fc.assert(
      fc.property(fc.oneof(mutated(part), mutated(part + goodDefinition), include), (text) =>
        expectFindingsOnly(text, "part.yaml"),
      ),
      { numRuns: runs },
    );
    fs.rmSync(path.join(folder, "part.yaml"));
  });

  it("comes to findings and never to an exception: a machine.yaml", () => {
    const file = "hv1/web1/machine.yaml";
    fc.assert(
      fc.property(
        fc.oneof(
          mutated(machineText),
          fc.string({ unit: "binary", maxLength: 200 }),
          fc.uint8Array({ maxLength: 99 }),
        ),
        (text) => expectFindingsOnly(text, file),
      ),
      { numRuns: runs },
    );
    fs.writeFileSync(path.join(folder, file), machineText);
  });
});

describe("a pattern of names", () => {
  it("matches what the same regular expression matches", () => {
    const name = fc.stringMatching(/^[abA]{0,7}$/);
    const pattern = fc.stringMatching(/^[ab*?]{0,6}$/);
    fc.assert(
      fc.property(pattern, name, (text, candidate) => {
        const expression = text.replaceAll("*", ".*").replaceAll("?", ".");
        expect(matcherOf(text)(candidate)).toBe(new RegExp(`^${expression}$`, "i").test(candidate));
      }),
      { numRuns: 2_000 },
    );
  });
});
