/**
 * The one reader of YAML, hardened: what a hostile or broken file holds ends in an error with file, line and
 * column, never in a hang, a crash or a surprising value. Refused are: files over 1 MiB, other encodings than
 * UTF-8, several documents, aliases (a few lines of them can stand for gigabytes), tags, duplicate keys, keys
 * that reach into prototypes, nesting deeper than 64, control characters, numbers that lose precision, and more
 * values, lines and signs than a parser gets through in a second (refuse-text.ts).
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { RuleId } from "../rules/registry.ts";
import { DefinitionError } from "./definition-error.ts";
import type { Finding, Place } from "./finding.ts";
import { inspectDocument } from "./inspect-document.ts";
import { indentationMistake, tabMistake } from "./indentation-mistake.ts";
import { readPlainText } from "./read-plain-text.ts";
import { readText, refuse } from "./read-text.ts";
import { refuseText } from "./refuse-text.ts";

/** Of more mistakes than these in the text itself, one has caused the others. */
const findingsMax = 100;

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  readonly file: string;
  readonly text: string;
  /** Plain objects without prototype, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** The place of a value, or of the nearest one around it if there is none at the path. */
  positionOf(path: YamlPath): Place;
  /** The place of the key itself, for errors of a key. */
  positionOfKey(path: YamlPath): Place;
}

function toPlain(node: unknown): unknown {
  if (isMap(node)) {
    const entries = node.items.map(
      (pair) => [(pair.key as { value: string }).value, toPlain(pair.value)] as const,
    );
    return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
  }
  if (isSeq(node)) return node.items.map(toPlain);
  return isScalar(node) ? node.value : null;
}

function nodeAt(document: Document, path: YamlPath, wantKey: boolean): Node | undefined {
  let node: unknown = document.contents;
  let nearest = node;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      if (!pair) break;
      const isLast = index === path.length - 1;
      node = (wantKey && isLast) || pair.value === null ? pair.key : pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
    } else break;
    if (node === undefined || node === null) break;
    nearest = node;
  }
  return nearest as Node | undefined;
}

function rangeOf(node: Node | undefined): readonly [number, number] {
  const [start, end] = node?.range ?? [0, 1];
  return [start, end];
}

/** The parser makes an error object of each mistake; without stack traces a hundred thousand of them cost little. */
function parseQuietly(text: string): Document {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return parseDocument(text, {
      version: "1.2",
      schema: "core",
      // Checked afterwards, in a time that does not explode.
      uniqueKeys: false,
      intAsBigInt: true,
      prettyErrors: false,
      stringKeys: false,
      merge: false,
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** All that YAML has, and the place of each part. Throws a `DefinitionError` with everything that the parser finds wrong. */
export function readWholeYaml(file: string, text: string): YamlFile {
  const lineCounter = new LineCounter();
  lineCounter.addNewLine(0);
  const at = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // A value over several lines is marked to the end of its first line.
  const span = ([start, end]: readonly [number, number]): Place => {
    const newline = text.indexOf("\n", start);
    const last = newline === -1 ? end : Math.min(end, newline);
    return { ...at(start), length: Math.max(1, text.slice(start, last).trimEnd().length) };
  };
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) {
    lineCounter.addNewLine(end + 1);
  }
  const problem = refuseText(text);
  if (problem) refuse(file, text, at(problem.offset), problem);
  const document = parseQuietly(text);
  const findings: Finding[] = [];
  const add = (rule: RuleId, range: readonly [number, number], message: string): void => {
    if (findings.length < findingsMax) findings.push({ rule, file, ...span(range), property: "", message });
  };
  const problems = [...document.errors, ...document.warnings];
  const [first] = document.errors;
  if (first) {
    const isYaml = (changed: string): boolean => parseQuietly(changed).errors.length === 0;
    const mistake = tabMistake(text, isYaml) ?? indentationMistake(text, at(first.pos[0]).line, isYaml);
    if (mistake) refuse(file, text, mistake.place, { rule: "yaml-syntax", message: mistake.message });
  }
  for (const { code, pos, message } of problems)
    add(code === "TAG_RESOLVE_FAILED" ? "yaml-tag" : "yaml-syntax", pos, message);
  if (findings.length === 0) {
    inspectDocument(document, (rule, node, message) => add(rule, rangeOf(node), message));
  }
  if (findings.length > 0) throw new DefinitionError(findings, new Map([[file, text]]));
  const position = (path: YamlPath, wantKey: boolean): Place =>
    span(rangeOf(nodeAt(document, path, wantKey)));
  return {
    file,
    text,
    value: toPlain(document.contents),
    positionOf: (path) => position(path, false),
    positionOfKey: (path) => position(path, true),
  };
}

/**
 * Reads one YAML document; `text` if the text of the file is known. Places in a plain text are looked up when
 * they are needed. Throws a `DefinitionError` with everything that the parser finds wrong.
 */
export function readYaml(file: string, text: string = readText(file)): YamlFile {
  const value = readPlainText(text);
  if (value === undefined) return readWholeYaml(file, text);
  let whole: YamlFile | undefined;
  const looked = (): YamlFile => (whole ??= readWholeYaml(file, text));
  return {
    file,
    text,
    value,
    positionOf: (path) => looked().positionOf(path),
    positionOfKey: (path) => looked().positionOfKey(path),
  };
}
