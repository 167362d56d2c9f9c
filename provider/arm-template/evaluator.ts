/** Evaluates expressions at one place of a template: with its scope, its copy loops and its lambda variables. */
import { SiteRecoveryError } from "../errors.ts";
import { functionNamed } from "./functions.ts";
import { ExpressionSyntaxError, isExpression, type Node, parseExpression } from "./parse-expression.ts";
import { refuseFunction } from "./place-functions.ts";
import { Arguments, type Lambda, type Place } from "./template-function.ts";
import { at, flawOf, Hole, isRecord, NotKnown, textAt, typeOf, type Values } from "./values.ts";
import { partsMax, sizeOf } from "./value-size.ts";

/** What a template, or a user's function of it, says to its expressions. */
export interface Scope extends Pick<
  Place,
  "parameter" | "variable" | "resourceGroup" | "reference" | "resourceInfo"
> {
  /** A function of the template's own: its parameters by name, its output, and the scope of a call. */
  readonly userFunction: (name: string) => UserFunction | undefined;
  readonly budget: Budget;
}

export interface UserFunction {
  readonly names: readonly string[];
  readonly output: unknown;
  readonly scopeOf: (values: readonly unknown[]) => Scope;
}

const stepsMax = 2_000_000;
/** How many parts of a value are looked through in one step. */
const partsOfStep = 32;
export const loopMax = 800;
/** Characters of an expression that an error shows. */
const shownMax = 200;

/** Bounds the work that a template can ask for. */
export class Budget {
  #steps = 0;

  /** Throws `InvalidInput` when a template asks for too much. */
  spend(steps = 1): void {
    this.#steps += steps;
    if (this.#steps <= stepsMax) return;
    const message = `The template asks for more than ${stepsMax} steps. Convert a smaller part of it.`;
    throw new SiteRecoveryError("InvalidInput", message);
  }
}

interface Loop {
  readonly name: string;
  readonly index: number;
}

export class Evaluator {
  readonly scope: Scope;
  readonly #loops: readonly Loop[];
  readonly #lambdas: ReadonlyMap<string, unknown>;
  readonly #place: Place;

  constructor(scope: Scope, loops: readonly Loop[] = [], lambdas: ReadonlyMap<string, unknown> = new Map()) {
    this.scope = scope;
    this.#loops = loops;
    this.#lambdas = lambdas;
    this.#place = {
      ...{ evaluate: (node) => this.#node(node), lambda: (node) => this.#lambda(node) },
      lambdaVariable: (name) => this.#lambdaVariable(name),
      copyIndex: (name) => this.#copyIndex(name),
      parameter: scope.parameter,
      variable: scope.variable,
      resourceGroup: scope.resourceGroup,
      reference: scope.reference,
      resourceInfo: scope.resourceInfo,
    };
  }

  /** An evaluator in a turn of a copy loop. */
  inLoop(name: string, index: number): Evaluator {
    return new Evaluator(this.scope, [...this.#loops, { name, index }], this.#lambdas);
  }

  #copyIndex(name: string | undefined): number {
    const loop =
      name === undefined
        ? this.#loops.at(-1)
        : this.#loops.findLast((one) => one.name.toLowerCase() === name.toLowerCase());
    if (loop) return loop.index;
    throw new NotKnown(name === undefined ? "copyIndex() is in no loop" : `there is no loop '${name}' here`);
  }

  #lambdaVariable(name: string): unknown {
    const key = name.toLowerCase();
    if (this.#lambdas.has(key)) return this.#lambdas.get(key);
    throw new NotKnown(`there is no lambda variable '${name}'`);
  }

  #lambda(node: Node): Lambda {
    if (node.is !== "call" || node.name.toLowerCase() !== "lambda" || node.parts.length === 0)
      throw new NotKnown("a lambda() is expected");
    const body = node.parts.at(-1)!;
    const names = node.parts.slice(0, -1).map((part) => String(this.#node(part)));
    const call = (...values: readonly unknown[]): unknown => {
      const own = names.map((name, index): [string, unknown] => [name.toLowerCase(), values[index]]);
      const within = new Evaluator(this.scope, this.#loops, new Map([...this.#lambdas, ...own]));
      const value = within.#node(body);
      const flaw = flawOf(value);
      if (flaw !== undefined) throw new NotKnown(flaw);
      return value;
    };
    return { names, call };
  }

  #node(node: Node): unknown {
    this.scope.budget.spend();
    if (node.is === "literal") return node.value;
    return node.is === "call" ? this.#call(node.name, node.parts) : this.#member(node.of, node.key);
  }

  #member(of: Node, key: Node): unknown {
    const value = this.#node(of);
    if (value instanceof Hole) throw new NotKnown(value.reason);
    const step = this.#node(key);
    const found =
      Array.isArray(value) && typeof step === "number"
        ? (value[step] as unknown)
        : isRecord(value) && typeof step === "string"
          ? at(value, step)
          : undefined;
    if (found === undefined) throw new NotKnown(`there is no ${JSON.stringify(step)} in ${typeOf(value)}`);
    return found;
  }

  #call(name: string, parts: readonly Node[]): unknown {
    if (name.includes(".")) return this.#callOwn(name, parts);
    const row = functionNamed(name);
    if (!row) return refuseFunction(name);
    const own = row.usage.slice(0, row.usage.indexOf("("));
    const [min, max] = row.takes;
    if (parts.length < min || parts.length > max)
      throw new NotKnown(`${own}() is written ${row.usage}, and has ${parts.length} arguments`);
    if ("choose" in row) return this.#bounded(row.choose(parts, this.#place, own), own);
    const values = parts.map((part) => this.#node(part));
    const direct = values.find((value) => value instanceof Hole);
    const flaw =
      row.keepsUnknown === undefined
        ? flawOf(values)
        : row.keepsUnknown === "parts"
          ? direct?.reason
          : undefined;
    if (flaw !== undefined) throw new NotKnown(flaw);
    return this.#bounded(row.run(new Arguments(own, values), this.#place), own);
  }

  /** A value that is not too large to be looked through. Throws `NotKnown` for one that is. */
  #bounded(value: unknown, name: string): unknown {
    const size = sizeOf(value);
    if (size > partsMax) throw new NotKnown(`${name}() makes a value of more than ${partsMax} parts`);
    this.scope.budget.spend(Math.floor(size / partsOfStep));
    return value;
  }

  #callOwn(name: string, parts: readonly Node[]): unknown {
    const own = this.scope.userFunction(name);
    if (!own) throw new NotKnown(`the template has no function ${name}()`);
    if (own.names.length !== parts.length)
      throw new NotKnown(`${name}() takes ${own.names.length} arguments`);
    const values = parts.map((part) => this.#node(part));
    const flaw = flawOf(values);
    if (flaw !== undefined) throw new NotKnown(flaw);
    return new Evaluator(own.scopeOf(values)).value(own.output);
  }

  /** An error of the language is the template's: Azure refuses it as well. */
  #expression(text: string): unknown {
    try {
      return this.#node(parseExpression(text.slice(1, -1)));
    } catch (error) {
      if (error instanceof NotKnown) return new Hole(error.message);
      if (error instanceof RangeError) return new Hole("it is nested too deep");
      if (!(error instanceof ExpressionSyntaxError)) throw error;
      const shown = text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
      const message = `${shown} is not an expression: ${error.message}. Correct it in the template.`;
      throw new SiteRecoveryError("InvalidInput", message);
    }
  }

  /** The value of a part of a template with all expressions in it; a `Hole` is in place of what is not known. */
  value(of: unknown): unknown {
    this.scope.budget.spend();
    if (typeof of === "string") {
      if (isExpression(of)) return this.#expression(of);
      return of.startsWith("[[") ? of.slice(1) : of;
    }
    if (!Array.isArray(of) && !isRecord(of)) return of;
    const value = Array.isArray(of) ? of.map((one) => this.value(one)) : this.#record(of);
    return sizeOf(value) > partsMax ? new Hole(`it has more than ${partsMax} parts`) : value;
  }

  /** A property `copy` that is a list makes properties that are lists. */
  #record(of: Values): unknown {
    const pairs: [string, unknown][] = [];
    for (const [key, part] of Object.entries(of)) {
      if (key.toLowerCase() === "copy" && Array.isArray(part)) pairs.push(...this.#copies(part));
      else {
        const name = this.value(key);
        // A property whose name is not known is in no place that a reader would look at.
        if (typeof name === "string" && flawOf(name) === undefined) pairs.push([name, this.value(part)]);
        else pairs.push([key, name instanceof Hole ? name : new Hole("its name is not text")]);
      }
    }
    return Object.fromEntries(pairs);
  }

  #copies(loops: readonly unknown[]): [string, unknown][] {
    return loops.filter(isRecord).flatMap((loop): [string, unknown][] => {
      const name = textAt(loop, "name");
      if (name === undefined) return [["copy", new Hole("a loop has no name")]];
      return [[name, this.list(loop, name)]];
    });
  }

  /** The values of a loop: `count` times its `input`. */
  list(loop: Values, name: string): unknown {
    const count = this.count(loop);
    if (count instanceof Hole) return count;
    return Array.from({ length: count }, (_, index) => this.inLoop(name, index).value(at(loop, "input")));
  }

  /** How many turns a loop has. */
  count(loop: Values): number | Hole {
    const count = this.value(at(loop, "count"));
    if (count instanceof Hole) return count;
    if (Number.isSafeInteger(count) && (count as number) >= 0 && (count as number) <= loopMax)
      return count as number;
    return new Hole(`the count of its loop is not a whole number from 0 to ${loopMax}`);
  }

  /** The value of an output of a template. */
  output(output: Values): unknown {
    const loop = at(output, "copy");
    return isRecord(loop) ? this.list(loop, "") : this.value(at(output, "value"));
  }

  /** Whether a condition lets a resource be deployed. */
  condition(of: unknown): boolean | Hole {
    const value = of === undefined ? true : this.value(of);
    if (typeof value === "boolean" || value instanceof Hole) return value;
    const word = String(value).toLowerCase();
    return word === "true" || word === "false"
      ? word === "true"
      : new Hole("its condition is not true or false");
  }
}
