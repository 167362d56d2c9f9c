/**
 * Finds the one line whose indentation makes a text no YAML: a parser says where it noticed, in up to a hundred messages. Lines around
 * that place are moved to the columns of their neighbours; the first move that leaves no error is what was meant.
 */
import type { Place } from "./finding.ts";

export interface IndentationMistake {
  readonly place: Place;
  readonly message: string;
}

/** Larger texts would have the user wait; each try parses the whole text. */
const lengthMax = 16 * 1024;
/** Lines before and after the first error that may be to blame. */
const around = [0, -1, 1, 2];
/** How many lines away a sibling may be. */
const reach = 40;

const indentOf = (line: string): number => line.length - line.trimStart().length;
const isContent = (line: string | undefined): line is string => line !== undefined && /^\s*[^\s#]/.test(line);
/** Columns at which something of a line begins: the line, and the key after the dash of a list. */
function columnsOf(line: string): number[] {
  const indent = indentOf(line);
  const dash = /^(-\s+)\S/.exec(line.trimStart());
  return dash ? [indent, indent + dash[1]!.length] : [indent];
}

/** `kind` of `- kind: vmm`; the beginning of anything else. */
function labelOf(line: string): string {
  const text = line.trim();
  return /^(?:-\s+)?([\w.-]+):(?:\s|$)/.exec(text)?.[1] ?? text.slice(0, 20);
}

const spaces = (count: number): string => `${count} ${count === 1 ? "space" : "spaces"}`;

/** The nearest line, before it if there is one, with something at a column. */
function siblingOf(lines: readonly string[], at: number, column: number): number | undefined {
  for (const step of [-1, 1])
    for (let index = at + step; Math.abs(index - at) <= reach; index += step) {
      const line = lines[index];
      if (line === undefined) break;
      if (!isContent(line) || /^\s*\t/.test(line)) continue;
      if (columnsOf(line).includes(column)) return index;
      // A line further left ends the list or map that a sibling would be in.
      if (indentOf(line) < column) break;
    }
  return undefined;
}

interface Move {
  /** Where the line is to begin. */
  readonly indent: number;
  /** Where what has siblings begins: the line, or the key after its dash. */
  readonly column: number;
}

/** Where a line could be meant to stand, the nearest first. */
function movesOf(lines: readonly string[], at: number): Move[] {
  const near = lines.slice(Math.max(0, at - reach), at + reach).filter(isContent);
  const own = indentOf(lines[at]!);
  const widths = columnsOf(lines[at]!).map((column) => column - own);
  const columns = new Set(near.filter((line) => !/^\s*\t/.test(line)).flatMap(columnsOf));
  return [...columns]
    .flatMap((column) => widths.map((width) => ({ column, indent: column - width })))
    .filter(({ indent }) => indent >= 0)
    .sort(
      (one, other) => Math.abs(one.indent - own) - Math.abs(other.indent - own) || other.indent - one.indent,
    )
    .slice(0, 12);
}

/** Whether a text is YAML. */
type IsYaml = (text: string) => boolean;

/** The mistake, or `undefined` if no single line is to blame. `line` counts from 1, as the parser's first error has it. */
export function indentationMistake(
  text: string,
  line: number,
  isYaml: IsYaml,
): IndentationMistake | undefined {
  if (text.length > lengthMax) return undefined;
  const lines = text.split("\n");
  for (const at of around.map((step) => line - 1 + step)) {
    const wrong = lines[at];
    if (!isContent(wrong)) continue;
    const hasTab = /^\s*\t/.test(wrong);
    for (const { indent, column } of movesOf(lines, at)) {
      if (indent === indentOf(wrong) && !hasTab) continue;
      const sibling = siblingOf(lines, at, column);
      if (sibling === undefined) continue;
      const mended = lines.with(at, " ".repeat(indent) + wrong.trimStart());
      if (!isYaml(mended.join("\n"))) continue;
      const own = column - indent + indentOf(wrong);
      const how = hasTab ? "with a tab" : `by ${spaces(own)}`;
      const message = `'${labelOf(wrong)}' is indented ${how}, and its sibling '${labelOf(lines[sibling]!)}' on line ${sibling + 1} by ${spaces(column)}; indent both with the same number of spaces`;
      const place = { line: at + 1, column: indentOf(wrong) + 1, length: wrong.trim().length };
      return { place, message };
    }
  }
  return undefined;
}

/** One message for all tabs, if spaces in their place make the text YAML. */
export function tabMistake(text: string, isYaml: IsYaml): IndentationMistake | undefined {
  const lines = text.split("\n");
  const tabbed = lines.flatMap((line, index) => (/^\s*\t/.test(line) && isContent(line) ? [index] : []));
  const [first] = tabbed;
  if (first === undefined || text.length > lengthMax) return undefined;
  const mended = lines.map((line) => line.replace(/^\s*/, (indent) => indent.replaceAll("\t", "  ")));
  if (!isYaml(mended.join("\n"))) return undefined;
  const column = indentOf(mended[first]!);
  const sibling = siblingOf(mended, first, column);
  const beside = sibling === undefined ? "" : `, like '${labelOf(lines[sibling]!)}' on line ${sibling + 1}`;
  const more = tabbed.length === 1 ? "" : `, as are ${tabbed.length - 1} more lines`;
  const message = `'${labelOf(lines[first]!)}' is indented with a tab${more}; indent it with ${spaces(column)}${beside}`;
  return { place: { line: first + 1, column: 1, length: 1 }, message };
}
