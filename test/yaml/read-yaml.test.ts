import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { readYaml } from "../../provider/yaml/read-yaml.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-yaml-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array): string {
  const file = path.join(folder, "file.yaml");
  fs.writeFileSync(file, content);
  return file;
}

function findingsOf(content: string | Uint8Array): DefinitionError["findings"] {
  try {
    readYaml(write(content));
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    expect((error as Error).message).not.toMatch(/\n\s+at /);
    return (error as DefinitionError).findings;
  }
  return [];
}

const bomb = [
  "a: &a [x, x]",
  ...[..."bcdefghi"].map((name, index) => {
    const before = "abcdefgh"[index];
    return `${name}: &${name} [${Array(9).fill(`*${before}`).join(", ")}]`;
  }),
].join("\n");

/** What is refused: content, place and words of the first finding. */
const refused: [string, string | Uint8Array, string, RegExp][] = [
  ["an alias bomb", bomb, "2:8", /is an alias/],
  ["a cycle", "a: &a [*a]", "1:8", /is an alias/],
  ["20,000 opening brackets", "[".repeat(20_000), "1:65", /nested deeper than 64/],
  ["deep flow maps", `a: ${"{a: ".repeat(100)}`, "1:260", /nested deeper than 64/],
  ["deep block sequences", `${"- ".repeat(300)}a`, "1:1", /nested deeper than 64/],
  ["a duplicate key", "a: 1\nb: 2\na: 3\n", "3:1", /unique/],
  [
    "a key that reaches into prototypes",
    "a:\n  __proto__: { admin: true }",
    "2:3",
    /"__proto__" is not allowed/,
  ],
  ["the key constructor", "constructor: 1", "1:1", /"constructor" is not allowed/],
  ["the key prototype", "a: { prototype: 1 }", "1:6", /"prototype" is not allowed/],
  ["a tag of JavaScript", "a: !!js/function 'function(){}'", "1:4", /tag/i],
  ["a tag of one's own", "a: !secret x", "1:4", /tag/i],
  ["several documents", "a: 1\n---\nb: 2\n", "2:1", /document/i],
  ["a number that loses precision", "a: 9007199254740993", "1:4", /too large to keep exactly/],
  ["a huge negative number", "a: -99999999999999999999", "1:4", /too large/],
  ["infinity", "a: .inf", "1:4", /no finite number/],
  ["not a number", "a: .nan", "1:4", /no finite number/],
  ["a NUL character", 'a: "x\u0000y"', "1:6", /control character U\+0000/],
  ["an escape character", "a: x\u001b[31m", "1:5", /U\+001b/],
  ["text that runs the other way", "a: x\u202ey", "1:5", /U\+202e/],
  ["a tab for indentation", "a:\n\tb: 1", "2:1", /tab/i],
  ["an unclosed quote", 'a: "x', "1:6", /quote/i],
  ["an unclosed flow list", "a: [1, 2", "1:9", /flow|expected/i],
  ["a key that is a list", "? [a, b]\n: c", "1:3", /is a key that is no text/],
  ["a key that is a number", "1: a", "1:1", /is a key that is no text/],
  ["a key that is null", "? \n: c", "1:3", /is a key that is no text/],
  ["20,000 nested keys", "? ".repeat(20_000), "1:1", /nested deeper than 64/],
  ["deep flow lists over many lines", "[\n".repeat(100), "65:1", /nested deeper than 64/],
  ["a binary tag of YAML's own", "a: !!binary aGVsbG8=", "1:13", /tag/],
  ["a set", "a: !!set { b }", "1:10", /tag/],
  ["another version of YAML", "%YAML 1.1\n---\na: yes\n", "3:1", /is YAML 1\.1; remove the %YAML line/],
  ["an octal number", "a: 0777", "1:4", /0777 begins with 0/],
  ["a negative octal number", "a: -012", "1:4", /-012 begins with 0/],
  ["an escaped NUL", 'a: "x\\0y"', "1:4", /control character U\+0000/],
  ["an escaped escape", 'a: "\\e[2J"', "1:4", /U\+001b/],
  ["an escape that turns the text around", 'a: "\\u202ex"', "1:4", /U\+202e/],
  ["an escape in a key", '"a\\u0007": 1', "1:1", /U\+0007/],
  ["a duplicate key in a flow map", "a: { b: 1, c: 2, b: 3 }", "1:18", /"b" is there already/],
  ["a duplicate key, once in quotes", 'a: 1\n"a": 2', "2:1", /unique/],
  ["200,000 duplicate keys", "a: 1\n".repeat(200_000), "50001:1", /is line 50001; at most 50000/],
  ["a million brackets", "[]".repeat(500_000), "1:100001", /is sign number 50001; at most 50000/],
  ["a bracket that closes nothing", "a: 1\n]\n", "2:1", /this \] closes nothing/],
  ["a merge key's alias", "a: &a { x: 1 }\nb: { <<: *a }", "2:10", /is an alias/],
  ["UTF-16", Buffer.from("\ufeffa: 1", "utf16le"), "1:1", /not UTF-8/],
  ["invalid UTF-8", Buffer.from([0x61, 0x3a, 0x20, 0xc3, 0x28]), "1:1", /not UTF-8/],
  ["more than 1 MiB", "a: ".padEnd(1024 * 1024 + 2, "x"), "1:1", /larger than 1 MiB/],
];

describe("readYaml", () => {
  for (const [what, content, place, words] of refused) {
    it(`refuses ${what}, with line and column`, () => {
      const [first] = findingsOf(content);
      expect(first?.message).toMatch(words);
      expect(`${first?.line}:${first?.column}`).toBe(place);
    });
  }

  it("reads a file with a byte order mark and Windows line ends, and keeps positions", () => {
    const yaml = readYaml(write("\ufeffa: 1\r\nb:\r\n  - c: x\r\n"));
    expect(JSON.parse(JSON.stringify(yaml.value))).toEqual({ a: 1, b: [{ c: "x" }] });
    expect(yaml.positionOf(["b", 0, "c"])).toMatchObject({ line: 3, column: 8 });
    expect(yaml.positionOfKey(["b", 0, "c"])).toMatchObject({ line: 3, column: 5 });
    expect(yaml.positionOf(["b", 0, "missing"])).toMatchObject({ line: 3, column: 5 });
  });

  it.each<[what: string, count: number, text: string]>([
    ["keys", 40_000, Array.from({ length: 40_000 }, (_, index) => `key${index}: 1`).join("\n")],
    ["anchors", 20_000, Array.from({ length: 20_000 }, (_, index) => `key${index}: &a${index} 1`).join("\n")],
  ])("reads a map with %s (%i) in a time that does not grow with its square", (_what, count, text) => {
    // The parser's own look for keys that are there twice takes a minute here.
    const { value } = readYaml(write(text));
    expect(Object.keys(value as object)).toHaveLength(count);
  });

  it("takes a folder for what it is", () => {
    expect(() => readYaml(folder)).toThrow(/:1:1: is a folder, and a file is wanted/);
  });

  it("tells a file that is not there", () => {
    expect(() => readYaml(path.join(folder, "none.yaml"))).toThrow(/none\.yaml:1:1: there is no such file/);
  });

  it("gives back what was written, whatever it holds", () => {
    const key = fc
      .string({ minLength: 1 })
      .filter((name) => /^[ -~]+$/.test(name) && !/^(__proto__|constructor|prototype)$/.test(name));
    const text = fc.string().filter((value) => /^[ -~\n]*$/.test(value));
    const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const tree = fc.dictionary(key, fc.oneof(leaf, fc.array(leaf), fc.dictionary(key, leaf)));
    fc.assert(
      fc.property(tree, (value) => {
        const read = readYaml(write(writeYaml(value))).value;
        expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it("never hangs, crashes or throws anything but its own error on mutilated text", () => {
    const good = 'version: 1\nvault: { name: "x" }\nlist:\n  - a: 1\n  - [b, "c"]\n';
    const piece = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      "-",
      "&a",
      "*a",
      "!",
      "|",
      ">",
      "%",
      "\t",
      '"',
      "'",
      "\n",
      "? ",
      "---\n",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length), piece), { maxLength: 8 }), (edits) => {
        let mutilated = good;
        for (const [at, part] of edits) mutilated = mutilated.slice(0, at) + part + mutilated.slice(at);
        findingsOf(mutilated);
      }),
      { numRuns: 1000 },
    );
  });
});
