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
