/**
 * Finds the line or block whose indentation makes a text no YAML: a parser says where it noticed, in up to a hundred messages. Lines around
 * that place are moved to the columns of their neighbours; the first move that leaves no error is what was meant.
 */
import type { Place } from "./finding.ts";

export interface IndentationMistake {
  readonly place: Place;
  readonly message: string;
}

/** Larger texts would have the user wait; each try parses the whole text. */
const lengthMax = 16 * 1024;
/** Characters that all tries together may parse: a second or less. */
const parsedMax = 1024 * 1024;
/** Lines before and after the first error that may be to blame. */
const around = [0, -1, 1, 2];
/** How many lines a block is tried to begin with. */
const startsMax = 12;
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

/** The nearest line outside of a block, before it if there is one, with something at a column. */
function siblingOf(
  lines: readonly string[],
  { start, end }: { readonly start: number; readonly end: number },
  column: number,
): number | undefined {
  for (const [from, step] of [
    [start - 1, -1],
    [end, 1],
  ] as const)
    for (let index = from; Math.abs(index - from) < reach; index += step) {
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

/** Lines from `start` up to, and without, `end`. */
interface Block {
  readonly start: number;
  readonly end: number;
}

/** The line behind those from `start` on that are indented at least so far. */
function endOf(lines: readonly string[], start: number, indent: number): number {
  const end = lines.findIndex((line, index) => index > start && isContent(line) && indentOf(line) < indent);
  return end < 0 ? lines.length : end;
}

/** Lines that a block may begin with: those around the error, and the first line of each list or map that it is in. */
function startsOf(lines: readonly string[], error: number): number[] {
  const starts = new Set(around.map((step) => error + step).filter((at) => isContent(lines[at])));
  let least = Infinity;
  let first: number | undefined;
  for (let at = error; at >= 0 && starts.size < startsMax; at -= 1) {
    const line = lines[at];
    if (!isContent(line)) continue;
    const indent = indentOf(line);
    if (indent < least && first !== undefined) starts.add(first);
    if (indent <= least) first = at;
    if (indent < least) starts.add(at);
    least = Math.min(least, indent);
  }
  return [...starts];
}

/** What may be moved together: a line, a line with what is in it, and that with all that follows beside it. */
function blocksOf(lines: readonly string[], error: number): Block[] {
  const single = around
    .map((step) => error + step)
    .filter((at) => isContent(lines[at]))
    .map((start) => ({ start, end: start + 1 }));
  const longer = startsOf(lines, error).flatMap((start) => {
    const indent = indentOf(lines[start]!);
    return [endOf(lines, start, indent + 1), endOf(lines, start, indent)].map((end) => ({ start, end }));
  });
  return [...single, ...longer.filter(({ start, end }) => end > start + 1)];
}

function messageOf(
  lines: readonly string[],
  { start, end }: Block,
  { column, indent, sibling }: Move & { readonly sibling: number },
): string {
  const wrong = lines[start]!;
  const more = lines.slice(start + 1, end).filter(isContent).length;
  const what = `'${labelOf(wrong)}'${more === 0 ? "" : ` and the ${more === 1 ? "line" : `${more} lines`} behind it`}`;
  const how = /^\s*\t/.test(wrong) ? "with a tab" : `by ${spaces(column - indent + indentOf(wrong))}`;
  return `${what} ${more === 0 ? "is" : "are"} indented ${how}, and ${more === 0 ? "its" : "the"} sibling '${labelOf(lines[sibling]!)}' on line ${sibling + 1} by ${spaces(column)}; indent both with the same number of spaces`;
}

/** The lines with a block moved so that its first line begins at a column. */
function moved(lines: readonly string[], { start, end }: Block, indent: number): string[] {
  const step = indent - indentOf(lines[start]!);
  return lines.map((line, index) => {
    if (index < start || index >= end || line.trim() === "") return line;
    return " ".repeat(Math.max(0, indentOf(line) + step)) + line.trimStart();
  });
}

/** The mistake, or `undefined` if no single line or block is to blame. `line` counts from 1, as the parser's first error has it. */
export function indentationMistake(
  text: string,
  line: number,
  isYaml: IsYaml,
): IndentationMistake | undefined {
  if (text.length > lengthMax) return undefined;
  const lines = text.split("\n");
  let triesLeft = Math.ceil(parsedMax / Math.max(1, text.length));
  for (const block of blocksOf(lines, line - 1)) {
    const wrong = lines[block.start]!;
    const hasTab = /^\s*\t/.test(wrong);
    for (const move of movesOf(lines, block.start)) {
      if (move.indent === indentOf(wrong) && !hasTab) continue;
      const sibling = siblingOf(lines, block, move.column);
      if (sibling === undefined) continue;
      if (triesLeft === 0) return undefined;
      triesLeft -= 1;
      if (!isYaml(moved(lines, block, move.indent).join("\n"))) continue;
      const place = { line: block.start + 1, column: indentOf(wrong) + 1, length: wrong.trim().length };
      return { place, message: messageOf(lines, block, { ...move, sibling }) };
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
  const sibling = siblingOf(mended, { start: first, end: first + 1 }, column);
  const beside = sibling === undefined ? "" : `, like '${labelOf(lines[sibling]!)}' on line ${sibling + 1}`;
  const more = tabbed.length === 1 ? "" : `, as are ${tabbed.length - 1} more lines`;
  const message = `'${labelOf(lines[first]!)}' is indented with a tab${more}; indent it with ${spaces(column)}${beside}`;
  return { place: { line: first + 1, column: 1, length: 1 }, message };
}
