/**
 * Texts for people, built from parts. What is written out in the source may be shown to everybody; each value that a
 * message quotes is a part, and a door that knows what is secret leaves out the parts that are.
 */

/** A value that a message quotes. */
export interface Part {
  readonly value: unknown;
  /** How it reads. */
  readonly text: string;
  /** Paths of the arguments that it was given in, such as `subnets[0].name`; absent if only the value is known. */
  readonly at?: readonly string[];
  /** Whether a secret within the argument makes it secret too, or only one that the argument is in. */
  readonly secretIf: "touched" | "within";
  /** What is shown in its place if it is secret. */
  readonly instead: string;
}

type Piece = string | Part;

/** What is shown in place of a secret. */
export const masked = "[secret]";

/** What a message may quote: a value, a part with more known of it, another message, or an error with one. */
export type Quotable =
  | string
  | number
  | boolean
  | undefined
  | Part
  | Message
  | { readonly said: Message; readonly message: string };

function isPart(quoted: Part | { readonly said: Message }): quoted is Part {
  return "instead" in quoted;
}

function piecesOf(quoted: Quotable): readonly Piece[] {
  if (quoted === undefined) return [];
  if (quoted instanceof Message) return quoted.pieces;
  if (typeof quoted === "object") return isPart(quoted) ? [quoted] : quoted.said.pieces;
  return [{ value: quoted, text: String(quoted), secretIf: "touched", instead: masked }];
}

export class Message {
  readonly pieces: readonly Piece[];

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  /** A text of which nothing is known but what it says: as a whole it is one value. */
  static of(text: string | Message): Message {
    return typeof text === "string" ? new Message(piecesOf(text)) : text;
  }

  get parts(): readonly Part[] {
    return this.pieces.filter((piece) => typeof piece !== "string");
  }

  /** The text with each part as `show` has it, which also learns whether the part is in a command, between backticks. */
  shown(show: (part: Part, isInCommand: boolean) => string): string {
    let ticks = 0;
    const texts = this.pieces.map((piece) => {
      if (typeof piece !== "string") return show(piece, ticks % 2 === 1);
      ticks += piece.split("`").length - 1;
      return piece;
    });
    return texts.join("");
  }

  /** The whole text, for those who may know all of it. */
  toString(): string {
    return this.shown(({ text }) => text);
  }

  /** For JSON, as a text. */
  toJSON(): string {
    return this.toString();
  }

  /** Without the full stop or other signs at its end that a pattern finds. */
  withoutEnd(ending: RegExp): Message {
    const last = this.pieces.at(-1);
    if (last === undefined) return this;
    const shorter =
      typeof last === "string" ? last.replace(ending, "") : { ...last, text: last.text.replace(ending, "") };
    return new Message([...this.pieces.slice(0, -1), shorter]);
  }
}

/** The literal text of a template: a line break in the source, with what indents the next line, is one space. */
function literal(raw: string): string {
  return raw.replace(/\s*\n\s*/g, " ").replace(/\\(.)/g, (_, sign: string) => (sign === "n" ? "\n" : sign));
}

/** Builds a message: the template's own text is public, and each value in it is a part. */
export function said(template: TemplateStringsArray, ...values: readonly Quotable[]): Message {
  const pieces = template.raw.flatMap((raw, at): readonly Piece[] => [literal(raw), ...piecesOf(values[at])]);
  return new Message(pieces.filter((piece) => piece !== ""));
}

/** A word of ours in a message, such as the name of a kind or of an argument: it is shown whatever is secret. */
export function plain(word: string): Message {
  return new Message([word]);
}

/** Messages in a row with something between them. */
export function joined(messages: readonly Quotable[], between = ", "): Message {
  return new Message(messages.flatMap((one, at) => (at === 0 ? piecesOf(one) : [between, ...piecesOf(one)])));
}

/** A value as a text in quotation marks, or as JSON; long ones are cut. */
export function inQuotes(value: unknown): string {
  const text = typeof value === "string" ? `'${value}'` : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The value of an argument, by its path; by several if it is the value of each. */
export function given(value: unknown, at: string | readonly string[], text = inQuotes(value)): Part {
  return { value, text, at: [at].flat(), secretIf: "touched", instead: masked };
}

/** A key in an argument that the user chose; `at` is the path of what it is a key of. */
export function givenKey(key: string, at: string): Part {
  return { ...given(key, at), secretIf: "within" };
}

/** Advice made from the value at a path. It is left out if the value is secret. */
export function suggestion(at: string | readonly string[], advice: Message): Part {
  return { ...given(undefined, at, advice.toString()), instead: "" };
}

/** Advice made from a key in the argument at a path. */
export function keySuggestion(at: string, advice: Message): Part {
  return { ...suggestion(at, advice), secretIf: "within" };
}
