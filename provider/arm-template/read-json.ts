/** Reads JSON as people and tools leave it: with comments, byte order marks, UTF-16, texts over several lines. */
import jsonc, { type Node, type ParseError } from "jsonc-parser";
import { SiteRecoveryError } from "../errors.ts";

const marks: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: "utf-8" },
  { bytes: [0xff, 0xfe], encoding: "utf-16le" },
  { bytes: [0xfe, 0xff], encoding: "utf-16be" },
];

/** The encoding by the byte order mark, or by where the zero bytes of the first character are. */
function encodingOf(bytes: Uint8Array): string {
  const marked = marks.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  if (marked) return marked.encoding;
  if (bytes.length > 1 && bytes[1] === 0 && bytes[0] !== 0) return "utf-16le";
  return bytes.length > 1 && bytes[0] === 0 && bytes[1] !== 0 ? "utf-16be" : "utf-8";
}

/**
 * The text of a file in UTF-8 or UTF-16, without its byte order mark. Throws `InvalidInput` with the file's name if the
 * bytes are neither.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const message = `${name} is not text in ${encoding.toUpperCase()}. Save it as UTF-8.`;
    throw new SiteRecoveryError("InvalidInput", message, { target: name });
  }
}

/** Own properties only, so that a key such as `__proto__` is a key like any other. */
function valueOf(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(valueOf);
  if (node.type !== "object") return node.value as unknown;
  const pairs = (node.children ?? []).flatMap(({ children }): [string, unknown][] => {
    const [key, value] = children ?? [];
    return key && value ? [[String(key.value), valueOf(value)]] : [];
  });
  return Object.fromEntries(pairs);
}

/** Azure takes a text over several lines; JSON has the line break as `\n` in it. */
function joinLines(text: string): string {
  const parts = /"(?:[^"\\]|\\[^])*"|\/\/[^\n]*|\/\*[^]*?\*\//g;
  return text.replace(parts, (part) => (part.startsWith('"') ? part.replace(/\r?\n/g, "\\n") : part));
}

function parse(text: string): { value?: unknown; errors: ParseError[] } {
  const errors: ParseError[] = [];
  const root = jsonc.parseTree(text, errors, { allowTrailingComma: true });
  return errors.length > 0 || root === undefined ? { errors } : { errors, value: valueOf(root) };
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split("\n");
  return `${before.length}:${(before.at(-1) ?? "").length + 1}`;
}

/** `CloseBraceExpected` → `close brace expected`. */
function wordsOf(error: ParseError): string {
  return jsonc
    .printParseErrorCode(error.error)
    .replace(/(?!^)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}

/**
 * The value of a JSON text that may have comments, commas at the end of lists, and texts over several lines.
 * Throws `InvalidInput` with line and column; `advice` says where such a file comes from.
 */
export function readJson(text: string, name: string, advice: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    try {
      const first = parse(text);
      const result = first.errors.length > 0 ? parse(joinLines(text)) : first;
      if (result.errors.length === 0 && "value" in result) return result.value;
      const [error] = first.errors;
      const where = error ? `${name}:${placeOf(text, error.offset)}` : name;
      const what = error ? wordsOf(error) : "there is no value";
      throw new SiteRecoveryError("InvalidInput", `${where} is not JSON: ${what}. ${advice}`, {
        target: name,
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const message = `${name} is not used: it is nested too deep. ${advice}`;
      throw new SiteRecoveryError("InvalidInput", message, { target: name });
    }
  }
}
