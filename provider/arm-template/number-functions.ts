/** Functions of numbers and truths. */
import { isDeepStrictEqual } from "node:util";
import type { Node } from "./parse-expression.ts";
import {
  type Arguments,
  any,
  type FunctionTable,
  type Place,
  type TemplateFunction,
} from "./template-function.ts";
import { flawOf, NotKnown, typeOf } from "./values.ts";

function safe(given: Arguments, value: number): number {
  return Number.isSafeInteger(value) ? value : given.refuse("makes a number that is too large");
}

function arithmetic(usage: string, work: (one: number, other: number) => number): TemplateFunction {
  return {
    usage,
    takes: [2, 2],
    run: (given) => {
      const [one, other] = [given.whole(0), given.whole(1)];
      if (other === 0 && /^(div|mod)/.test(usage)) given.refuse("divides by 0");
      // No negative zero.
      return safe(given, work(one, other)) + 0;
    },
  };
}

function comparison(usage: string, compare: (one: number, other: number) => boolean): TemplateFunction {
  return { usage, takes: [2, 2], run: (given) => compare(given.whole(0), given.whole(1)) };
}

function extreme(usage: string, choose: (...values: number[]) => number): TemplateFunction {
  return {
    usage,
    takes: [1, any],
    run: (given) => {
      const values = Array.isArray(given.values[0]) ? given.list(0) : given.values;
      const numbers = values.filter((value): value is number => Number.isSafeInteger(value));
      if (numbers.length === 0 || numbers.length < values.length)
        return given.refuse("takes whole numbers, or a list of them");
      return numbers.reduce((one, other) => choose(one, other));
    },
  };
}

function toWhole(given: Arguments): number {
  const [value] = given.values;
  if (typeof value !== "string") return given.whole(0);
  return /^\s*[+-]?\d+\s*$/.test(value) ? safe(given, Number(value)) : given.refuse("takes a whole number");
}

function toTruth(given: Arguments): boolean {
  const [value] = given.values;
  if (typeof value === "boolean") return value;
  if (value === 0 || value === 1) return value === 1;
  const word = typeof value === "string" ? value.trim().toLowerCase() : "";
  return word === "true" || word === "false" ? word === "true" : given.refuse("takes true or false");
}

/** A truth that a part of an expression has. */
function truthOf(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new NotKnown(flawOf(value) ?? `${name}() takes true or false, not ${typeOf(value)}`);
}

/** Evaluates until one of the parts decides. */
function junction(usage: string, decides: boolean): TemplateFunction {
  return {
    usage,
    takes: [1, any],
    choose: (parts, place, name) =>
      parts.some((part) => truthOf(name, place.evaluate(part)) === decides) ? decides : !decides,
  };
}

function choice([test, yes, no]: readonly Node[], place: Place, name: string): unknown {
  return place.evaluate(truthOf(name, place.evaluate(test!)) ? yes! : no!);
}

function coalesce(parts: readonly Node[], place: Place): unknown {
  for (const part of parts) {
    const value = place.evaluate(part);
    const flaw = value === null ? undefined : flawOf(value);
    // Whether Azure knows a value there is not known.
    if (flaw !== undefined && typeof value === "object") throw new NotKnown(flaw);
    if (value !== null) return value;
  }
  return null;
}

export const numberFunctions: FunctionTable = {
  add: arithmetic("add(a, b)", (one, other) => one + other),
  sub: arithmetic("sub(a, b)", (one, other) => one - other),
  mul: arithmetic("mul(a, b)", (one, other) => one * other),
  div: arithmetic("div(a, b)", (one, other) => Math.trunc(one / other)),
  mod: arithmetic("mod(a, b)", (one, other) => one % other),
  min: extreme("min(a, b, …)", Math.min),
  max: extreme("max(a, b, …)", Math.max),
  int: { usage: "int(value)", takes: [1, 1], run: toWhole },
  bool: { usage: "bool(value)", takes: [1, 1], run: toTruth },
  true: { usage: "true()", takes: [0, 0], run: () => true },
  false: { usage: "false()", takes: [0, 0], run: () => false },
  null: { usage: "null()", takes: [0, 0], run: () => null },
  equals: {
    usage: "equals(a, b)",
    takes: [2, 2],
    run: ({ values: [one, other] }) => isDeepStrictEqual(one, other),
  },
  less: comparison("less(a, b)", (one, other) => one < other),
  lessorequals: comparison("lessOrEquals(a, b)", (one, other) => one <= other),
  greater: comparison("greater(a, b)", (one, other) => one > other),
  greaterorequals: comparison("greaterOrEquals(a, b)", (one, other) => one >= other),
  not: { usage: "not(a)", takes: [1, 1], run: (given) => !given.truth(0) },
  and: junction("and(a, b, …)", false),
  or: junction("or(a, b, …)", true),
  if: { usage: "if(test, yes, no)", takes: [3, 3], choose: choice },
  coalesce: { usage: "coalesce(a, b, …)", takes: [1, any], choose: coalesce },
};
