/**
 * What is refused before a file is parsed: nesting that would run the parser out of stack, more of anything than it
 * gets through in a second, and characters that a reader cannot see. Brackets in strings and comments are no nesting,
 * so the parser's own lexer distinguishes them; it looks at each character once.
 */
import { CST, Lexer } from "yaml";
import type { RuleId } from "../rules/registry.ts";

export const depthMax = 64;
export const nodesMax = 100_000;
/** Of indicators, anchors, tags and the like: each costs the parser some ten microseconds, an error object included. */
const marksMax = 50_000;
const linesMax = 50_000;

/** Control characters, and those that turn the direction of text: what is shown would not be what is read. */
export const invisible = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/;

export interface TextProblem {
  readonly rule: RuleId;
  /** From the start of the text. */
  readonly offset: number;
  readonly message: string;
}

export function invisibleMessage(text: string): string | undefined {
  const bad = invisible.exec(text);
  if (!bad) return undefined;
  const code = bad[0].charCodeAt(0).toString(16).padStart(4, "0");
  return `holds the control character U+${code}, which cannot be seen; remove it`;
}

function invisibleCharacter(text: string): TextProblem | undefined {
  const message = invisibleMessage(text);
  return message === undefined
    ? undefined
    : { rule: "invisible-character", offset: invisible.exec(text)!.index, message };
}

const tooDeep = `is nested deeper than ${depthMax} levels; write it flatter`;

/** A level of block style costs at least one column, so its columns bound the levels. */
function deepBlock(text: string): TextProblem | undefined {
  let offset = 0;
  for (const line of text.split("\n")) {
    const indicators = /^(?:[ ?-] ?)*/.exec(line)?.[0].length ?? 0;
    if (indicators > 4 * depthMax) return { rule: "yaml-nesting", offset, message: tooDeep };
    offset += line.length + 1;
  }
  return undefined;
}

const values = new Set([
  "scalar",
  "double-quoted-scalar",
  "single-quoted-scalar",
  "block-scalar-header",
  "alias",
]);

const marks = new Set([
  "flow-seq-start",
  "flow-map-start",
  "seq-item-ind",
  "explicit-key-ind",
  "map-value-ind",
  "comma",
  "anchor",
  "tag",
  "directive-line",
  "doc-start",
  "doc-end",
]);

/** Blank lines and comments are no values, and cost the parser as much. */
function tooManyLines(text: string): TextProblem | undefined {
  let lines = 1;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) {
    lines += 1;
    if (lines > linesMax) {
      return {
        rule: "file-too-large",
        offset: end + 1,
        message: `is line ${lines}; at most ${linesMax} are read, so split the file`,
      };
    }
  }
  return undefined;
}

/** Depth of flow style, and the numbers of values and marks, which bound the time that everything later takes. */
function tooMuch(text: string): TextProblem | undefined {
  let offset = 0;
  let depth = 0;
  let nodes = 0;
  let marksMet = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === "flow-seq-start" || type === "flow-map-start") depth += 1;
    if (type === "flow-seq-end" || type === "flow-map-end") depth -= 1;
    if (depth > depthMax) return { rule: "yaml-nesting", offset, message: tooDeep };
    if (depth < 0)
      return {
        rule: "yaml-syntax",
        offset,
        message: `this ${lexeme} closes nothing; remove it, or quote the text`,
      };
    if (type !== null && values.has(type)) nodes += 1;
    if (nodes > nodesMax) {
      return {
        rule: "file-too-large",
        offset,
        message: `is value number ${nodes}; at most ${nodesMax} are read, so split the file`,
      };
    }
    if (type !== null && marks.has(type)) marksMet += 1;
    if (marksMet > marksMax) {
      return {
        rule: "file-too-large",
        offset,
        message: `is sign number ${marksMet}; at most ${marksMax} are read, so split the file`,
      };
    }
    // These are signs between the lexemes and stand for no text.
    if (type !== "doc-mode" && type !== "flow-error-end" && type !== "scalar") offset += lexeme.length;
  }
  return undefined;
}

/** The first reason not to parse a text. */
export function refuseText(text: string): TextProblem | undefined {
  return invisibleCharacter(text) ?? tooManyLines(text) ?? deepBlock(text) ?? tooMuch(text);
}
