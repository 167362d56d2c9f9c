/**
 * The short way for the simplest YAML: block style, one value a line, as `machine.yaml` files are written, thousands
 * of which are read one after the other. It understands less than YAML and nothing else than YAML: whatever is not
 * plainly one of the forms below, mistakes included, is left to the whole reader (read-yaml.ts), which also knows
 * where things stand. A test holds the two against each other.
 */

/** So that no bound of the whole reader can be passed by going the short way: lines, values, marks, levels. */
const lengthMax = 32 * 1024;
const depthMax = 16;

const ordinary = /^[\x20-\x7e\n]*$/;
/** Indentation, the dash of a list's entry, and the rest. */
const lineForm = /^( {0,64})(- )?([^ ].*?) *$/;
const blankForm = /^ {0,64}$/;
const pairForm = /^([A-Za-z][A-Za-z0-9]{0,63}):(?: +([^ ].*))?$/;
/** Words with single spaces between them, and addresses: texts whatever a parser thinks of. */
const textForm =
  /^(?:[A-Za-z][\w./-]*(?: [A-Za-z0-9][\w./-]*)*|\d{1,3}(?:\.\d{1,3}){3}|[\dA-Fa-f]{2}(?::[\dA-Fa-f]{2}){5})$/;
const wholeNumber = /^(?:0|[1-9]\d{0,14})$/;
const quoted = /^(?:"[^"\\]*"|'[^']*')$/;
/** Words that stand for something else than their letters, and keys that a definition must not hold. */
const special = /^(?:true|false|null|constructor|prototype)$/i;

interface Line {
  /** Of the text after the dash, where there is one. */
  readonly indent: number;
  readonly isEntry: boolean;
  readonly text: string;
}

/** Not plain: the whole reader is to look at it. */
const notPlain = Symbol("not plain");

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const line of text.split("\n")) {
    const parts = lineForm.exec(line);
    if (parts === null) {
      if (blankForm.test(line)) continue;
      throw notPlain;
    }
    const [, spaces = "", dash, rest = ""] = parts;
    if (rest.startsWith("#") && dash === undefined) continue;
    lines.push({ indent: spaces.length + (dash?.length ?? 0), isEntry: dash !== undefined, text: rest });
  }
  return lines;
}

function scalar(text: string): unknown {
  if (textForm.test(text)) {
    if (special.test(text)) throw notPlain;
    return text;
  }
  if (wholeNumber.test(text)) return Number(text);
  if (quoted.test(text)) return text.slice(1, -1);
  throw notPlain;
}

class PlainReader {
  readonly #lines: readonly Line[];
  #next = 0;

  constructor(lines: readonly Line[]) {
    this.#lines = lines;
  }

  whole(): unknown {
    const value = this.#map(0, 0);
    if (this.#next < this.#lines.length) throw notPlain;
    return value;
  }

  /** What is below a key at `indent`; a list of it may not begin in the key's own column, though YAML allows it. */
  #below(indent: number, depth: number): unknown {
    const line = this.#lines[this.#next];
    if (line === undefined || depth > depthMax) throw notPlain;
    const column = line.isEntry ? line.indent - 2 : line.indent;
    if (column <= indent) throw notPlain;
    return line.isEntry ? this.#list(line.indent, depth) : this.#map(line.indent, depth);
  }

  #list(indent: number, depth: number): unknown[] {
    const list: unknown[] = [];
    for (let line = this.#lines[this.#next]; line?.isEntry === true && line.indent === indent;) {
      if (pairForm.test(line.text)) list.push(this.#map(indent, depth + 1));
      else {
        list.push(scalar(line.text));
        this.#next += 1;
        this.#endOfScalar(indent - 2);
      }
      line = this.#lines[this.#next];
    }
    return list;
  }

  /** The first line of a map may be a list's entry; the others are none. */
  #map(indent: number, depth: number): object {
    const map = Object.create(null) as Record<string, unknown>;
    const first = this.#next;
    for (let line = this.#lines[first]; line?.indent === indent; line = this.#lines[this.#next]) {
      if (line.isEntry && (this.#next !== first || depth === 0)) break;
      const [, key = "", text] = pairForm.exec(line.text) ?? [];
      if (key === "" || special.test(key) || Object.hasOwn(map, key)) throw notPlain;
      this.#next += 1;
      if (text === undefined) map[key] = this.#below(indent, depth + 1);
      else {
        map[key] = scalar(text);
        this.#endOfScalar(indent);
      }
    }
    if (this.#next === first) throw notPlain;
    return map;
  }

  /** A line that is indented deeper than the value before it would be a part of that value. */
  #endOfScalar(indent: number): void {
    const line = this.#lines[this.#next];
    if (line === undefined) return;
    if ((line.isEntry ? line.indent - 2 : line.indent) > indent) throw notPlain;
  }
}

/** The value of a plain text, objects without prototype; `undefined` says nothing of the text but that it is not plain. */
export function readPlainText(text: string): unknown {
  if (text.length > lengthMax || !ordinary.test(text)) return undefined;
  try {
    return new PlainReader(linesOf(text)).whole();
  } catch (error) {
    if (error !== notPlain) throw error;
    return undefined;
  }
}
