import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPlainText } from "../../provider/yaml/read-plain-text.ts";
import { readWholeYaml } from "../../provider/yaml/read-yaml.ts";
import { writeYaml } from "../../provider/yaml/write-yaml.ts";
import { machineDefinition } from "../machine-definition.ts";

const runs = Number(process.env["SITERECOVERY_FUZZ_RUNS"] ?? 1_000);

/** Either the short way leaves a text alone, or both readers take it for the same. */
function expectSameOrLeft(text: string): boolean {
  const plain = readPlainText(text);
  if (plain === undefined) return false;
  expect(plain).toEqual(readWholeYaml("a.yaml", text).value);
  return true;
}

describe("the short way of reading a plain text", () => {
  it("is taken for a machine.yaml, as the engine writes it and as people do", () => {
    const nics = [
      { name: "eth0", network: "production", ipAddress: "10.0.0.4", macAddress: "00:15:5d:01:02:03" },
    ];
    const written = machineDefinition("web1", ["os", "data"], { nics, mobilityService: { version: "9.62" } });
    expect(expectSameOrLeft(writeYaml(written))).toBe(true);
    const byHand =
      "# a web server\n\nname: web1   \nguestOs:\n   family: windows\n   name: Windows Server\n   # of 2022\n   version: '2022'\n";
    expect(expectSameOrLeft(byHand)).toBe(true);
    expect(Object.getPrototypeOf(readPlainText("a: 1"))).toBe(null);
  });

  it.each([
    ["flow style", "a: { b: 1 }"],
    ["a comment behind a value", "a: b # c"],
    ["a text of several lines", "a: b\n  c"],
    ["a text of several lines around a comment", "a: b\n# c\n  d"],
    ["a list in the column of its key", "a:\n- b"],
    ["no value", "a:\nb: 1"],
    ["a key that is there twice", "a: 1\na: 2"],
    ["a key that reaches into prototypes", "constructor: 1"],
    ["a key that is no text", "true: 1"],
    ["a word for nothing", "a: null"],
    ["a word for true", "a: True"],
    ["a number with zeros in front", "a: 007"],
    ["a number that loses precision", "a: 9007199254740993"],
    ["a version without quotes", "a: 22.04"],
    ["an escape", 'a: "\\u0041"'],
    ["a quote in quotes", "a: 'it''s'"],
    ["an anchor", "a: &b 1"],
    ["an alias", "a: *b"],
    ["a tag", "a: !!str 1"],
    ["a block text", "a: |\n  b"],
    ["a directive", "%YAML 1.1\n---\na: 1"],
    ["two documents", "a: 1\n---\na: 2"],
    ["a tab", "a:\tb"],
    ["what cannot be seen", "a: b\u202e"],
    ["lines that end as in Windows", "a: 1\r\nb: 2"],
    ["a column to the left of the map's", "  a: 1\nb: 2"],
    ["a list in a list", "a:\n  - - b"],
    ["nesting", Array.from({ length: 20 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n") + " 1"],
    ["a blank line of many columns", `a: 1\n${" ".repeat(300)}\n`],
    ["a long text", `a: ${"b".repeat(40_000)}`],
    ["a long key", `${"b".repeat(2_000)}: 1`],
    ["a list alone", "- a"],
    ["a text alone", "a"],
    ["nothing", ""],
  ])("is not taken for %s", (_what, text) => {
    expect(readPlainText(text)).toBe(undefined);
  });

  it("comes to what the whole reader comes to: lines at random", () => {
    const word = fc.constantFrom(
      "a",
      "b",
      "cd",
      "os",
      "true",
      "1",
      "0",
      "01",
      "1.2.3.4",
      '"x"',
      "'y z'",
      "a b",
      "-",
      "#c",
      "e:",
      "",
    );
    const line = fc
      .tuple(
        fc.nat(4),
        fc.constantFrom("", "- ", "-  "),
        fc.constantFrom("", "a: ", "b:", "c: ", "k:  "),
        word,
      )
      .map(([indent, dash, key, value]) => `${" ".repeat(indent)}${dash}${key}${value}`);
    let taken = 0;
    const property = fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
      if (expectSameOrLeft(lines.join("\n"))) taken += 1;
    });
    fc.assert(property, { numRuns: 4 * runs });
    expect(taken).toBeGreaterThan(0);
  });

  it("comes to what the whole reader comes to: signs put into a machine.yaml", () => {
    const good = writeYaml(machineDefinition("web1", ["os", "data"]));
    const put = fc.oneof(
      fc.constantFrom(
        "\n",
        "  ",
        "- ",
        ": ",
        ":",
        "#",
        " #",
        '"',
        "'",
        "&a ",
        "*a",
        "!!x ",
        "~",
        "null",
        "0",
        ".5",
        "\t",
        "? ",
        "|",
        ">",
        "{",
        "]",
        ",",
      ),
      fc.string({ unit: "grapheme-ascii", maxLength: 3 }),
    );
    const edit = fc.record({ at: fc.nat(good.length), cut: fc.nat(4), put });
    const property = fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      expectSameOrLeft(
        edits.reduce(
          (text, { at, cut, put: signs }) => text.slice(0, at) + signs + text.slice(at + cut),
          good,
        ),
      );
    });
    fc.assert(property, { numRuns: 4 * runs });
  });
});
