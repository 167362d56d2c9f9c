import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { readYaml } from "../../provider/yaml/read-yaml.ts";
import { refuseText } from "../../provider/yaml/refuse-text.ts";

const size = 1024 * 1024;
let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-yaml-"));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** The text, over and over, to the largest size that is read. */
function full(unit: string, before = ""): string {
  return (before + unit.repeat(Math.ceil(size / unit.length))).slice(0, size);
}

const levels = Array.from({ length: 1400 }, (_, level) => `${" ".repeat(level)}a:`).join("\n");

/** A mebibyte of each: what stops it, before the parser sees any of it. */
const stopped: [what: string, text: string, place: number, words: RegExp][] = [
  ["[", full("["), 64, /nested deeper than 64/],
  ["{", full("{"), 64, /nested deeper than 64/],
  ["x: [", full("x: ["), 259, /nested deeper than 64/],
  ["[]", full("[]"), 100_000, /is sign number 50001/],
  ["{}", full("{}"), 100_000, /is sign number 50001/],
  ["]", full("]"), 0, /this \] closes nothing/],
  ["}", full("}"), 0, /this } closes nothing/],
  ["commas in a list", full(",", "["), 50_000, /is sign number 50001/],
  ["colons in a list", full(": ", "["), 99_999, /is sign number 50001/],
  ["? in a map", full("? ", "{"), 99_999, /is sign number 50001/],
  ["- ", full("- "), 0, /nested deeper than 64/],
  ["? ", full("? "), 0, /nested deeper than 64/],
  ["- a line", full("-\n"), 100_000, /is line 50001/],
  ["? a line", full("?\n"), 100_000, /is line 50001/],
  [": ", full(": "), 100_000, /is sign number 50001/],
  ["anchors", full("&a "), 150_000, /is sign number 50001/],
  ["anchors, a line each", full("&a\n"), 150_000, /is line 50001/],
  ["tags", full("!tag "), 250_000, /is sign number 50001/],
  ["tags of addresses", full("!<x> "), 250_000, /is sign number 50001/],
  ["aliases", full("*a "), 300_000, /is value number 100001/],
  ["directives", full("%Y\n"), 150_000, /is line 50001/],
  ["documents", full("---\n"), 200_000, /is line 50001/],
  ["blank lines", full("\n"), 50_000, /is line 50001/],
  ["blank lines of Windows", full("\r\n"), 100_000, /is line 50001/],
  ["comments", full("# c\n"), 200_000, /is line 50001/],
  ["lines of a block of text", full(" \n", "a: >\n x\n"), 100_004, /is line 50001/],
  ["values", full("a,", "["), 100_000, /is sign number 50001/],
  ["spaces", full(" "), 0, /nested deeper than 64/],
  ["levels, a line each", levels, 33_667, /nested deeper than 64/],
  ["NUL", full("\0"), 0, /U\+0000/],
];

/** A mebibyte of each that is not stopped, since it is little for the parser. */
const parsed: [what: string, text: string, words: RegExp | undefined][] = [
  ["a quote that is never closed", full("x ", '"'), /quote/],
  ["a single quote that is never closed", full("x ", "'"), /quote/],
  ["one long line", full("x", "a: "), undefined],
  ["one long line of words", full("x ", "a: "), undefined],
  ["a long comment", full("x", "#"), undefined],
  ["tabs", full("\t"), undefined],
  ["escapes", `${full("\\x41", 'a: "').slice(0, size - 8)}"`, undefined],
  ["byte order marks", full("\ufeff").slice(0, size / 3), undefined],
  ["at signs", full("@ "), /character/],
];

describe("a mebibyte of the same", () => {
  it.each(stopped)("%s is stopped at a place that bounds the work", (_what, text, place, words) => {
    const problem = refuseText(text);
    expect(problem?.message).toMatch(words);
    expect(problem?.offset).toBe(place);
    expect(findingsOf(text)).toHaveLength(1);
  });

  it.each(parsed)("%s is read to its end", (_what, text, words) => {
    expect(refuseText(text)).toBeUndefined();
    const findings = findingsOf(text);
    expect(findings.length).toBeLessThanOrEqual(100);
    if (words === undefined) expect(findings.map(({ message }) => message)).toEqual([]);
    else expect(findings[0]!.message).toMatch(words);
  });
});

it("makes no stack trace of a mistake in a text, and leaves those of others as they are", () => {
  const limit = Error.stackTraceLimit;
  expect(findingsOf("a: 'x").length).toBeGreaterThan(0);
  expect(Error.stackTraceLimit).toBe(limit);
});

function findingsOf(text: string): DefinitionError["findings"] {
  const file = path.join(folder, "file.yaml");
  fs.writeFileSync(file, text);
  try {
    readYaml(file);
  } catch (error) {
    expect(error).toBeInstanceOf(DefinitionError);
    return (error as DefinitionError).findings;
  }
  return [];
}
