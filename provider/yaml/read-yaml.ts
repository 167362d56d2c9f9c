/**
 * The one reader of YAML, hardened: what a hostile or broken file holds ends in an error with file, line and
 * column, never in a hang, a crash or a surprising value. Refused are: files over 1 MiB, other encodings than
 * UTF-8, several documents, aliases (a few lines of them can stand for gigabytes), tags, duplicate keys, keys
 * that reach into prototypes, nesting deeper than 64, control characters, and numbers that lose precision.
 */
import fs from "node:fs";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, visit } from "yaml";
import { DefinitionError, type Finding } from "./definition-error.ts";

const sizeMaxBytes = 1024 * 1024;
const depthMax = 64;
const nodesMax = 100_000;
const forbiddenKeys = new Set(["__proto__", "constructor", "prototype"]);
const forbiddenCharacters = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069]/;

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  readonly file: string;
  readonly text: string;
  /** Plain objects without prototype, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** Where a value stands; that of the nearest one around it when there is none at the path. */
  positionOf(path: YamlPath): { line: number; column: number };
  /** Where the key itself stands, for what is wrong with a key. */
  positionOfKey(path: YamlPath): { line: number; column: number };
}

function refuse(file: string, text: string, where: { line: number; column: number }, message: string): never {
  throw new DefinitionError([{ file, ...where, property: "", message }], new Map([[file, text]]));
}

function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(file);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const message = missing ? "there is no such file" : `cannot be read: ${(error as Error).message}`;
    return refuse(file, "", { line: 1, column: 1 }, message);
  }
  const start = { line: 1, column: 1 };
  if (bytes.length > sizeMaxBytes) refuse(file, "", start, `is larger than 1 MiB (${bytes.length} bytes)`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return refuse(file, "", start, "is not UTF-8 text; save it as UTF-8");
  }
}

/** Nesting is bounded before parsing: the parser itself would run out of stack. */
function refuseDeepNesting(file: string, text: string): void {
  const lines = text.split("\n");
  let flow = 0;
  for (const [index, line] of lines.entries()) {
    const where = (column: number): { line: number; column: number } => ({
      line: index + 1,
      column: column + 1,
    });
    const bad = forbiddenCharacters.exec(line);
    if (bad) {
      const code = bad[0].charCodeAt(0).toString(16).padStart(4, "0");
      refuse(
        file,
        text,
        where(bad.index),
        `holds the control character U+${code}, which cannot be seen; remove it`,
      );
    }
    const indents = /^(?:[ -] ?)*/.exec(line)?.[0].length ?? 0;
    if (indents > 4 * depthMax) refuse(file, text, where(0), `is nested deeper than ${depthMax} levels`);
    for (const [column, character] of [...line].entries()) {
      if (character === "[" || character === "{") flow += 1;
      if (character === "]" || character === "}") flow = Math.max(0, flow - 1);
      if (flow > depthMax) refuse(file, text, where(column), `is nested deeper than ${depthMax} levels`);
    }
  }
}

function inspect(document: Document, report: (node: Node, message: string) => void): void {
  let nodes = 0;
  visit(document, {
    Node: (_key, node, path) => {
      nodes += 1;
      if (nodes > nodesMax) {
        report(node as Node, `has more than ${nodesMax} values`);
        return visit.BREAK;
      }
      if (path.length > 3 * depthMax) report(node as Node, `is nested deeper than ${depthMax} levels`);
      const tag = (node as Node & { tag?: string }).tag;
      if (tag !== undefined && !tag.startsWith("tag:yaml.org,2002:")) {
        report(node as Node, `has the tag ${tag}; tags are not used here`);
      }
      return undefined;
    },
    Alias: (_key, node) => report(node, "is an alias (*name); write the value out"),
    Pair: (_key, pair) => {
      const key = pair.key;
      if (!isScalar(key) || typeof key.value !== "string") {
        if (key) report(key as Node, "is a key that is no text");
      } else if (forbiddenKeys.has(key.value)) {
        report(key, `the key "${key.value}" is not allowed`);
      }
    },
    Scalar: (_key, node) => {
      if (typeof node.value === "bigint") {
        if (node.value > BigInt(Number.MAX_SAFE_INTEGER) || node.value < -BigInt(Number.MAX_SAFE_INTEGER)) {
          report(node, "is a number too large to keep exactly");
        } else {
          node.value = Number(node.value);
        }
      } else if (typeof node.value === "number" && !Number.isFinite(node.value)) {
        report(node, "is no finite number");
      }
    },
  });
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

/** Reads one YAML document. Throws a `DefinitionError` with everything that the parser finds wrong. */
export function readYaml(file: string): YamlFile {
  const text = readText(file);
  refuseDeepNesting(file, text);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    version: "1.2",
    schema: "core",
    uniqueKeys: true,
    intAsBigInt: true,
    prettyErrors: false,
    stringKeys: false,
    merge: false,
  });
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const findings: Finding[] = [...document.errors, ...document.warnings].map((problem) => ({
    file,
    ...at(problem.pos[0]),
    property: "",
    message: problem.message,
  }));
  if (findings.length === 0) {
    inspect(document, (node, message) => {
      findings.push({ file, ...at(node.range?.[0] ?? 0), property: "", message });
    });
  }
  if (findings.length > 0) throw new DefinitionError(findings.slice(0, 100), new Map([[file, text]]));
  const position = (path: YamlPath, wantKey: boolean): { line: number; column: number } =>
    at(nodeAt(document, path, wantKey)?.range?.[0] ?? 0);
  return {
    file,
    text,
    value: toPlain(document.contents),
    positionOf: (path) => position(path, false),
    positionOfKey: (path) => position(path, true),
  };
}
