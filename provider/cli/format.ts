/** How times and tables look in the terminal. */
import { stripVTControlCharacters } from "node:util";
import Table from "cli-table3";
import pico from "picocolors";

/** `2026-11-23 04:35:07Z`. */
export function formatTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace("T", " ")}Z`;
}

const columnGap = 2;

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Columns of up to this width, such as times, sizes and names, are broken only where the terminal is very narrow. */
const compactWidth = 20;

/**
 * Widths of columns that fit together into `most` characters. Columns of long texts give way first, down to their
 * longest word, then compact ones. What does not fit even so is left longer, because a word is never broken.
 */
function fittedWidths(cells: readonly (readonly string[])[], most: number): number[] {
  const columns = cells[0]!.map((_, index) => cells.map((row) => row[index] ?? ""));
  const longest = (texts: readonly string[]): number => Math.max(1, ...texts.map(widthOf));
  const widths = columns.map((texts) => longest(texts.flatMap((text) => text.split("\n"))));
  const least = columns.map((texts) => longest(texts.flatMap((text) => text.split(/\s/))));
  let excess = widths.reduce((sum, width) => sum + width, 0) + columnGap * (widths.length - 1) - most;
  const floorsOfTexts = widths.map((width, index) => (width > compactWidth ? least[index]! : width));
  for (const floors of [floorsOfTexts, least]) {
    for (; excess > 0; excess -= 1) {
      const giving = widths.map((width, index) => (width > floors[index]! ? width : 0));
      const widest = Math.max(...giving);
      if (widest === 0) break;
      widths[giving.indexOf(widest)]! -= 1;
    }
  }
  return widths;
}

/** A sentence in lines as wide as the terminal at most, broken between words; elsewhere as it is. */
export function formatSentence(text: string, most = process.stdout.columns || Infinity): string {
  const wrap = (paragraph: string): string => {
    const lines = [""];
    for (const word of paragraph.split(" ")) {
      const last = lines.length - 1;
      const longer = lines[last] === "" ? word : `${lines[last]} ${word}`;
      if (widthOf(longer) <= most || lines[last] === "") lines[last] = longer;
      else lines.push(word);
    }
    return lines.join("\n");
  };
  return text.split("\n").map(wrap).join("\n");
}

/** An indented line, broken as a sentence is; what follows is indented as its beginning. */
export function formatIndented(line: string, most: number): string {
  const [indentation] = /^ */.exec(line)!;
  const text = formatSentence(line.slice(indentation.length), most - indentation.length);
  return text.replaceAll(/^/gm, indentation);
}

/** A table as wide as the terminal at most; elsewhere a line for each row, so that a script finds its words beside each other. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  most = process.stdout.columns || Infinity,
): string {
  const titles = head.map((title) => pico.bold(title));
  const table = new Table({
    head: titles,
    colWidths: fittedWidths([titles, ...rows], most),
    wordWrap: true,
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: " ".repeat(columnGap),
    },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
