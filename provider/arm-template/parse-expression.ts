/** The language of expressions in ARM templates: `[concat(parameters('vault'), '/', variables('tiers')[0].name)]`. */

/** A part of an expression. */
export type Node =
  | { readonly is: "literal"; readonly value: string | number }
  | { readonly is: "call"; readonly name: string; readonly parts: readonly Node[] }
  | { readonly is: "member"; readonly of: Node; readonly key: Node };

/** Thrown for a text that is not in the language. */
export class ExpressionSyntaxError extends Error {}

const tokenForm = /\s*('(?:[^']|'')*'|[A-Za-z_]\w*|-?\d+|[(),.[\]])/y;
const depthMax = 100;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  const form = new RegExp(tokenForm);
  const end = text.trimEnd().length;
  while (form.lastIndex < end) {
    const from = form.lastIndex;
    const match = form.exec(text);
    if (!match) throw new ExpressionSyntaxError(`'${text.slice(from).trim().slice(0, 20)}' is not expected`);
    tokens.push(match[1]!);
  }
  return tokens;
}

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  get #token(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(what: string): string {
    const token = this.#token;
    if (token === undefined) throw new ExpressionSyntaxError(`${what} is missing at the end`);
    this.#at += 1;
    return token;
  }

  #expect(token: string): void {
    const found = this.#next(`'${token}'`);
    if (found !== token) throw new ExpressionSyntaxError(`'${token}' is expected where '${found}' is`);
  }

  #parts(): Node[] {
    const parts: Node[] = [];
    this.#expect("(");
    while (this.#token !== ")") {
      if (parts.length > 0) this.#expect(",");
      parts.push(this.#value());
    }
    this.#expect(")");
    return parts;
  }

  /** A literal, or a call; the name of a user's function has a namespace in front. */
  #first(): Node {
    const token = this.#next("a value");
    if (token.startsWith("'")) return { is: "literal", value: token.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d/.test(token)) return { is: "literal", value: Number(token) };
    if (!/^\w/.test(token)) throw new ExpressionSyntaxError(`a value is expected where '${token}' is`);
    if (this.#token !== ".") return { is: "call", name: token, parts: this.#parts() };
    this.#expect(".");
    const name = `${token}.${this.#next("a name")}`;
    return { is: "call", name, parts: this.#parts() };
  }

  #value(): Node {
    this.#depth += 1;
    if (this.#depth > depthMax) throw new ExpressionSyntaxError("it is nested too deep");
    let node = this.#first();
    while (this.#token === "." || this.#token === "[") {
      if (this.#next("a name") === ".") {
        const key = this.#next("a name");
        if (!/^[A-Za-z_]/.test(key)) throw new ExpressionSyntaxError(`a name is expected where '${key}' is`);
        node = { is: "member", of: node, key: { is: "literal", value: key } };
      } else {
        node = { is: "member", of: node, key: this.#value() };
        this.#expect("]");
      }
    }
    this.#depth -= 1;
    return node;
  }

  whole(): Node {
    const node = this.#value();
    if (this.#token !== undefined)
      throw new ExpressionSyntaxError(`the end is expected where '${this.#token}' is`);
    return node;
  }
}

/** Whether a text of a template is an expression: in brackets, and not in doubled ones. */
export function isExpression(text: string): boolean {
  return text.startsWith("[") && !text.startsWith("[[") && text.endsWith("]");
}

/** Parses an expression without its brackets. Throws `ExpressionSyntaxError`. */
export function parseExpression(text: string): Node {
  return new Parser(text).whole();
}
