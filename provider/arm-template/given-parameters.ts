/** Values of parameters that a user gives: parameter files, and `name=value`. */
import { SiteRecoveryError } from "../errors.ts";
import { isExpression } from "./parse-expression.ts";
import { at, Hole, isRecord, keyIn, recordAt, textAt, typeOf, type Values } from "./values.ts";

/** What a parameter is given, and by what: a file's name, or the flag. A text is read by the parameter's type. */
export type GivenParameter = { readonly name: string; readonly from: string } & (
  { readonly value: unknown } | { readonly text: string }
);

function refuse(message: string): never {
  throw new SiteRecoveryError("InvalidInput", message, { property: "--parameters" });
}

/** The file's parameters. Throws `InvalidInput` if it is no parameter file. */
export function parametersOfFile(document: unknown, file: string): GivenParameter[] {
  const whole = isRecord(document) ? document : refuse(`${file} is not an object of parameters.`);
  const all = isRecord(at(whole, "parameters")) ? recordAt(whole, "parameters") : whole;
  return Object.entries(all).flatMap(([name, entry]): GivenParameter[] => {
    if (all === whole && (name.startsWith("$") || name === "contentVersion")) return [];
    if (!isRecord(entry)) return refuse(`${file}: ${name} has to be an object with 'value'.`);
    if (at(entry, "value") !== undefined) return [{ name, value: at(entry, "value"), from: file }];
    if (at(entry, "reference") === undefined)
      return refuse(`${file}: ${name} has neither 'value' nor 'reference'.`);
    return [{ name, value: new Hole(`the parameter '${name}' is a secret in a key vault`), from: file }];
  });
}

/** The value of what is written after `name=`: JSON where the parameter's type is another one than text. */
function valueOf(given: GivenParameter, parameter: Values): unknown {
  if (!("text" in given)) return given.value;
  if (/^(secure)?string$/i.test(textAt(parameter, "type") ?? "")) return given.text;
  try {
    return JSON.parse(given.text) as unknown;
  } catch {
    return given.text;
  }
}

const fits: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  securestring: (value) => typeof value === "string",
  int: (value) => Number.isSafeInteger(value),
  bool: (value) => typeof value === "boolean",
  array: (value) => Array.isArray(value),
  object: isRecord,
  secureobject: isRecord,
};

function check(parameter: Values, { name, from }: GivenParameter, value: unknown): void {
  if (value instanceof Hole || (value === null && at(parameter, "nullable") === true)) return;
  const type = textAt(parameter, "type") ?? "";
  const isFitting = fits[type.toLowerCase()];
  if (isFitting && !isFitting(value))
    refuse(`${from}: the parameter '${name}' has to be of the type ${type}, and is ${typeOf(value)}.`);
  const allowed = at(parameter, "allowedValues");
  if (!Array.isArray(allowed) || type.toLowerCase() === "array") return;
  const texts = allowed.map((one) => JSON.stringify(one));
  if (!texts.includes(JSON.stringify(value)))
    refuse(`${from}: the parameter '${name}' is ${JSON.stringify(value)}, and may be ${texts.join(", ")}.`);
}

/** Azure takes these values as they are written; an expression in one was surely meant for somewhere else. */
function plain(name: string, value: unknown): unknown {
  if (typeof value === "string" && isExpression(value))
    return new Hole(`the parameter '${name}' is given an expression, and a parameter file holds values only`);
  if (Array.isArray(value)) return value.map((one) => plain(name, one));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(name, one)]));
}

/**
 * The values that a template's parameters get; later ones win. Throws `InvalidInput` for a parameter that the template
 * does not have, and for a value that it does not allow.
 */
export function givenParameters(
  document: Values,
  all: readonly GivenParameter[],
): ReadonlyMap<string, () => unknown> {
  const parameters = recordAt(document, "parameters");
  const pairs = all.map((one): [string, () => unknown] => {
    const own = keyIn(parameters, one.name);
    if (own === undefined) {
      const names = Object.keys(parameters);
      const there = names.length === 0 ? "It has none" : `It has ${names.join(", ")}`;
      return refuse(`${one.from}: the template has no parameter '${one.name}'. ${there}.`);
    }
    const value = valueOf(one, recordAt(parameters, own));
    check(recordAt(parameters, own), one, value);
    return [own, () => plain(own, value)];
  });
  return new Map(pairs);
}
