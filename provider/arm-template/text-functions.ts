/** Functions of text. */
import { formatText } from "./format-text.ts";
import { any, type Arguments, type FunctionTable } from "./template-function.ts";
import { flawOf, NotKnown, typeOf } from "./values.ts";

const lengthMax = 131_072;

/** Text of a whole number or a text; Azure's text of other values is not certain enough to be a name. */
function written(given: Arguments, index: number): string {
  const value = given.values[index];
  if (typeof value === "string") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  return given.refuse(`is not supported for ${typeOf(value)} as argument ${index + 1}`);
}

function bounded(given: Arguments, text: string): string {
  return text.length > lengthMax ? given.refuse(`makes more than ${lengthMax} characters`) : text;
}

function concat(given: Arguments): unknown {
  if (given.values.every(Array.isArray)) return (given.values as unknown[][]).flat();
  const texts = given.values.map((_, index) => written(given, index));
  return bounded(given, texts.join(""));
}

function substring(given: Arguments): string {
  const [text, from] = [given.text(0), given.whole(1)];
  const length = given.count > 2 ? given.whole(2) : text.length - from;
  if (from < 0 || length < 0 || from + length > text.length) given.refuse(`reaches beyond '${text}'`);
  return text.slice(from, from + length);
}

function split(given: Arguments): string[] {
  const text = given.joinable(0);
  const one = given.values[1];
  const delimiters = Array.isArray(one) ? given.list(1) : [given.text(1)];
  if (!delimiters.every((delimiter) => typeof delimiter === "string" && delimiter !== ""))
    return given.refuse("takes text, or a list of texts, as delimiter");
  let parts = [text];
  for (const delimiter of delimiters as string[]) parts = parts.flatMap((part) => part.split(delimiter));
  return parts;
}

/** The text of a value: a whole number, a truth, or JSON. */
function textOf(given: Arguments): string {
  const [value] = given.values;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "object" && value !== null) {
    const flaw = flawOf(value);
    if (flaw !== undefined) throw new NotKnown(flaw);
    return bounded(given, JSON.stringify(value));
  }
  return written(given, 0);
}

function padLeft(given: Arguments): string {
  const [text, width] = [written(given, 0), given.whole(1)];
  const filler = given.count > 2 ? given.text(2) : " ";
  if (filler.length !== 1) given.refuse("takes one character as argument 3");
  if (width > lengthMax) given.refuse(`makes more than ${lengthMax} characters`);
  return text.padStart(width, filler);
}

const lower = (given: Arguments, index: number): string => given.text(index).toLowerCase();
const base64Group = 4;

/** What keeps a text without white space from being base64, or `undefined`. Its characters are not shown. */
function base64Flaw(text: string): string | undefined {
  const wrong = /[^A-Za-z\d+/]/.exec(text.replace(/={1,2}$/, ""));
  if (wrong) return `character ${wrong.index + 1} of the text is not one of base64`;
  if (text.length % base64Group !== 0)
    return `the text has ${text.length} characters, which is no multiple of ${base64Group}`;
  return undefined;
}

/** The text in base64. White space in it has no meaning, as in Azure. */
function decoded(given: Arguments): string {
  const packed = given.text(0).replace(/[ \t\r\n]/g, "");
  const flaw = base64Flaw(packed);
  if (flaw !== undefined) given.refuse(`takes base64, and ${flaw}`);
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return decoder.decode(Buffer.from(packed, "base64"));
  } catch {
    return given.refuse("takes base64 of UTF-8 text, and the bytes are no such text");
  }
}

/** As .NET escapes: more than `encodeURIComponent` does. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unescaped(given: Arguments): string {
  try {
    return decodeURIComponent(given.text(0));
  } catch {
    return given.refuse("takes an escaped text");
  }
}

export const textFunctions: FunctionTable = {
  concat: { usage: "concat(a, b, …)", takes: [0, any], keepsUnknown: "parts", run: concat },
  format: {
    usage: "format('{0}-{1:D2}', a, b)",
    takes: [1, any],
    keepsUnknown: "parts",
    run: (given) => bounded(given, formatText(given.joinable(0), given.values.slice(1))),
  },
  string: { usage: "string(value)", takes: [1, 1], keepsUnknown: "parts", run: textOf },
  tolower: {
    usage: "toLower(text)",
    takes: [1, 1],
    keepsUnknown: "parts",
    run: (given) => given.joinable(0).toLowerCase(),
  },
  toupper: { usage: "toUpper(text)", takes: [1, 1], run: (given) => given.text(0).toUpperCase() },
  trim: { usage: "trim(text)", takes: [1, 1], run: (given) => given.text(0).trim() },
  replace: {
    usage: "replace(text, old, new)",
    takes: [3, 3],
    run: (given) => {
      const old = given.text(1);
      if (old === "") return given.refuse("takes some text as argument 2");
      return bounded(given, given.text(0).split(old).join(given.text(2)));
    },
  },
  substring: { usage: "substring(text, from, length)", takes: [2, 3], run: substring },
  split: { usage: "split(text, delimiter)", takes: [2, 2], keepsUnknown: "parts", run: split },
  padleft: { usage: "padLeft(text, width, '0')", takes: [2, 3], run: padLeft },
  startswith: {
    usage: "startsWith(text, start)",
    takes: [2, 2],
    run: (given) => lower(given, 0).startsWith(lower(given, 1)),
  },
  endswith: {
    usage: "endsWith(text, end)",
    takes: [2, 2],
    run: (given) => lower(given, 0).endsWith(lower(given, 1)),
  },
  json: { usage: "json(text)", takes: [1, 1], run: (given) => readPlainJson(given, given.text(0)) },
  base64: {
    usage: "base64(text)",
    takes: [1, 1],
    run: (given) => Buffer.from(given.text(0)).toString("base64"),
  },
  base64tostring: { usage: "base64ToString(text)", takes: [1, 1], run: decoded },
  base64tojson: {
    usage: "base64ToJson(text)",
    takes: [1, 1],
    run: (given) => readPlainJson(given, decoded(given)),
  },
  uricomponent: { usage: "uriComponent(text)", takes: [1, 1], run: (given) => escaped(given.text(0)) },
  uricomponenttostring: { usage: "uriComponentToString(text)", takes: [1, 1], run: unescaped },
};

/** The value of JSON in a text. Azure takes single quotes as well; those are not supported. */
export function readPlainJson(given: Arguments, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return given.refuse("takes JSON");
  }
}
