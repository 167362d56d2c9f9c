/**
 * Expressions of ARM templates, as far as exports use them: `[concat(parameters('vault'), '/london')]`. Texts without
 * brackets stand for themselves.
 */
import { SiteRecoveryError } from "../errors.ts";
import { isRecord } from "./found-thing.ts";

export interface TemplateScope {
  readonly resourceGroup: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

const subscription = "00000000-0000-0000-0000-000000000000";
const tokens = /\s*('(?:[^']|'')*'|[A-Za-z_]\w*|-?\d+|[(),.[\]])/y;

function resourceId(parts: readonly string[], scope: TemplateScope): string {
  const at = parts.findIndex((part) => part.includes("/"));
  const [type, ...names] = parts.slice(at);
  const [namespace, ...types] = type!.split("/");
  const path = types.map((one, index) => `${one}/${names[index] ?? ""}`).join("/");
  const group = at > 0 ? parts[at - 1]! : scope.resourceGroup;
  return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${namespace}/${path}`;
}

function format(pattern: string, values: readonly string[]): string {
  return pattern.replace(/\{(\d+)\}/g, (_, index: string) => values[Number(index)] ?? "");
}

type Call = (parts: readonly unknown[], scope: TemplateScope) => unknown;

const named = (of: "parameters" | "variables"): Call => {
  return ([name], scope) => {
    const value = Object.entries(scope[of]).find(
      ([key]) => key.toLowerCase() === String(name).toLowerCase(),
    )?.[1];
    if (value !== undefined) return value;
    throw new SiteRecoveryError("InvalidInput", `The template has no value for ${of}('${String(name)}').`);
  };
};

const calls: Readonly<Record<string, Call>> = {
  concat: (parts) => parts.map(String).join(""),
  format: ([pattern, ...values]) => format(String(pattern), values.map(String)),
  tolower: ([text]) => String(text).toLowerCase(),
  toupper: ([text]) => String(text).toUpperCase(),
  parameters: named("parameters"),
  variables: named("variables"),
  resourceid: (parts, scope) => resourceId(parts.map(String), scope),
  subscription: () => ({ subscriptionId: subscription, id: `/subscriptions/${subscription}` }),
  resourcegroup: (_, { resourceGroup }) => ({ name: resourceGroup }),
};

class Parser {
  readonly #text: string;
  readonly #scope: TemplateScope;
  readonly #tokens: string[] = [];

  constructor(text: string, scope: TemplateScope) {
    this.#text = text;
    this.#scope = scope;
    tokens.lastIndex = 0;
    while (tokens.lastIndex < text.length) {
      const match = tokens.exec(text);
      if (!match) this.#refuse();
      this.#tokens.push(match[1]!);
    }
  }

  #refuse(): never {
    const message = `The expression [${this.#text}] of the template is not understood. Replace it by its value.`;
    throw new SiteRecoveryError("InvalidInput", message);
  }

  #expect(token: string): void {
    if (this.#tokens.shift() !== token) this.#refuse();
  }

  #parts(): unknown[] {
    const parts: unknown[] = [];
    this.#expect("(");
    while (this.#tokens[0] !== ")") {
      parts.push(this.value());
      if (this.#tokens[0] === ",") this.#tokens.shift();
      else if (this.#tokens[0] !== ")") this.#refuse();
    }
    this.#expect(")");
    return parts;
  }

  value(): unknown {
    const token = this.#tokens.shift() ?? this.#refuse();
    let value: unknown;
    if (token.startsWith("'")) value = token.slice(1, -1).replaceAll("''", "'");
    else if (/^-?\d/.test(token)) value = Number(token);
    else {
      const name = token.toLowerCase();
      if (!Object.hasOwn(calls, name)) this.#refuse();
      value = calls[name]!(this.#parts(), this.#scope);
    }
    while (this.#tokens[0] === ".") {
      this.#tokens.shift();
      const key = this.#tokens.shift() ?? this.#refuse();
      if (!isRecord(value) || value[key] === undefined) this.#refuse();
      value = value[key];
    }
    return value;
  }

  whole(): unknown {
    const value = this.value();
    return this.#tokens.length === 0 ? value : this.#refuse();
  }
}

/** A value of a template with its expressions worked out, at any depth. Throws `InvalidInput`. */
export function evaluate(value: unknown, scope: TemplateScope): unknown {
  if (typeof value === "string") {
    if (value.startsWith("[[")) return value.slice(1);
    return value.startsWith("[") && value.endsWith("]")
      ? new Parser(value.slice(1, -1), scope).whole()
      : value;
  }
  if (Array.isArray(value)) return value.map((one) => evaluate(one, scope));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, evaluate(one, scope)]));
}
