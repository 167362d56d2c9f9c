import { describe, expect, it } from "vitest";
import { readWholeYaml } from "../../provider/yaml/read-yaml.ts";
import type { DefinitionError } from "../../provider/yaml/definition-error.ts";
import { vmmToAzure, vmwareToAzure } from "../stack/six-flows.ts";

/** The findings in a text; `undefined` if it is YAML. */
function told(text: string): readonly { line: number; message: string }[] | undefined {
  try {
    readWholeYaml("siterecovery.yaml", text);
    return undefined;
  } catch (error) {
    return (error as DefinitionError).findings;
  }
}

const texts = { vmwareToAzure, vmmToAzure };

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The line behind a block: of a line with what is in it, or with all its later siblings as well. */
function endOf(lines: readonly string[], start: number, withSiblings: boolean): number {
  const own = indentOf(lines[start]!);
  const end = lines.findIndex((line, index) => {
    if (index <= start || !/^\s*[^\s#]/.test(line)) return false;
    return withSiblings ? indentOf(line) < own : indentOf(line) <= own;
  });
  return end < 0 ? lines.length : end;
}

describe("a block that is indented wrongly", () => {
  it.each(Object.entries(texts))("is one message, with the line and a sibling: %s", (_name, text) => {
    const lines = text.split("\n");
    let count = 0;
    const elsewhere: string[] = [];
    for (const [start, line] of lines.entries()) {
      if (!/^\s*[^\s#]/.test(line)) continue;
      for (const withSiblings of [false, true]) {
        const end = endOf(lines, start, withSiblings);
        if (end - start < 2) continue;
        for (const step of [-2, -1, 1, 2, 4]) {
          if (indentOf(line) + step < 0) continue;
          const moved = lines.map((one, index) => {
            if (index < start || index >= end || one.trim() === "") return one;
            return " ".repeat(Math.max(0, indentOf(one) + step)) + one.trimStart();
          });
          const findings = told(moved.join("\n"));
          if (findings === undefined) continue;
          count += 1;
          const place = `lines ${start + 1} to ${end} by ${step}: ${findings.map(({ message }) => message).join(" | ")}`;
          expect(findings.length, place).toBe(1);
          expect(findings[0]!.message, place).toMatch(/indented .* on line \d+ by \d+ spaces?;/);
          const named = [findings[0]!.line, Number(/on line (\d+)/.exec(findings[0]!.message)?.[1])];
          // The first line of the block, or the one behind it that does not agree with it.
          const isNear = named.some((one) => one >= start && one <= end + 1);
          if (!isNear) elsewhere.push(place);
        }
      }
    }
    expect(count).toBeGreaterThan(40);
    expect(elsewhere).toEqual([]);
  });
});

describe("one line that is indented wrongly", () => {
  it.each(Object.entries(texts))("is one message, with the line and a sibling: %s", (_name, text) => {
    const lines = text.split("\n");
    let count = 0;
    const elsewhere: string[] = [];
    for (const [index, line] of lines.entries()) {
      if (!/^\s*[^\s#]/.test(line)) continue;
      const indent = line.length - line.trimStart().length;
      for (const step of [-2, -1, 1, 2]) {
        if (indent + step < 0) continue;
        const findings = told(lines.with(index, " ".repeat(indent + step) + line.trimStart()).join("\n"));
        // Sometimes that is YAML, of another meaning.
        if (findings === undefined) continue;
        count += 1;
        const place = `line ${index + 1} by ${step}: ${findings.map(({ message }) => message).join(" | ")}`;
        expect(findings.length, place).toBe(1);
        expect(findings[0]!.message, place).toMatch(/is indented .* on line \d+ by \d+ spaces?;/);
        const named = [findings[0]!.line, Number(/on line (\d+)/.exec(findings[0]!.message)?.[1])];
        if (!named.includes(index + 1)) elsewhere.push(place);
      }
    }
    expect(count).toBeGreaterThan(40);
    // Of two lines that do not agree, either may be the wrong one.
    expect(elsewhere).toEqual([]);
  });

  it.each(Object.entries(texts))("is one message where a tab is in its indentation: %s", (_name, text) => {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      if (!/^\s+[^\s#]/.test(line)) continue;
      const findings = told(lines.with(index, `\t${line.trimStart()}`).join("\n"));
      const place = `line ${index + 1}: ${(findings ?? []).map(({ message }) => message).join(" | ")}`;
      expect(findings?.length, place).toBe(1);
      expect(findings![0], place).toMatchObject({ line: index + 1 });
      expect(findings![0]!.message, place).toContain("with a tab");
    }
    const tabbed = text.replace(/^( {2})+/gm, (indent) => "\t".repeat(indent.length / 2));
    expect(told(tabbed)).toMatchObject([
      { message: expect.stringMatching(/with a tab, as are \d+ more lines/) },
    ]);
  });

  it("is left to the parser's own words where no line is to blame", () => {
    expect(told("a: [1, 2\nb: 3\n")?.[0]?.message).not.toContain("is indented");
    expect(told('a: "b\n')?.[0]?.message).not.toContain("is indented");
  });
});
