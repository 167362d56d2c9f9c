/** What a function of the expression language is: a row of a table. */
import type { Node } from "./parse-expression.ts";
import { isRecord, NotKnown, subscriptionMark, typeOf, unknownSubscription, type Values } from "./values.ts";

/** The values that a function is called with. Its methods throw `NotKnown` for a value of another type. */
export class Arguments {
  readonly name: string;
  readonly values: readonly unknown[];

  constructor(name: string, values: readonly unknown[]) {
    this.name = name;
    this.values = values;
  }

  get count(): number {
    return this.values.length;
  }

  refuse(why: string): never {
    throw new NotKnown(`${this.name}() ${why}`);
  }

  #wrong(index: number, wanted: string): never {
    return this.refuse(`takes ${wanted} as argument ${index + 1}, not ${typeOf(this.values[index])}`);
  }

  /** A text that is known as a whole. */
  text(index: number): string {
    const value = this.joinable(index);
    if (value.includes(subscriptionMark)) throw new NotKnown(unknownSubscription);
    return value;
  }

  /** A text that may hold the unknown id of the subscription: to join it with others, or to split it. */
  joinable(index: number): string {
    const value = this.values[index];
    return typeof value === "string" ? value : this.#wrong(index, "text");
  }

  whole(index: number): number {
    const value = this.values[index];
    return typeof value === "number" && Number.isSafeInteger(value)
      ? value
      : this.#wrong(index, "a whole number");
  }

  truth(index: number): boolean {
    const value = this.values[index];
    return typeof value === "boolean" ? value : this.#wrong(index, "true or false");
  }

  list(index: number): readonly unknown[] {
    const value = this.values[index];
    return Array.isArray(value) ? (value as unknown[]) : this.#wrong(index, "a list");
  }

  record(index: number): Values {
    const value = this.values[index];
    return isRecord(value) ? value : this.#wrong(index, "an object");
  }
}

/** A function that an expression passes to another one. */
export interface Lambda {
  readonly names: readonly string[];
  readonly call: (...values: readonly unknown[]) => unknown;
}

/** Where an expression is: what the functions of templates ask for. */
export interface Place {
  /** Evaluates a part of an expression here. */
  readonly evaluate: (node: Node) => unknown;
  /** The text of a literal, which names of lambda variables have to be. */
  readonly lambda: (node: Node) => Lambda;
  readonly lambdaVariable: (name: string) => unknown;
  readonly parameter: (name: string) => unknown;
  readonly variable: (name: string) => unknown;
  /** The index of the loop with a name, or of the innermost one. */
  readonly copyIndex: (name: string | undefined) => number;
  /** The resource group that `resourceGroup()` is here. Throws `NotKnown` if the template is given none. */
  readonly resourceGroup: () => string;
  /** Outputs of a nested deployment, by its symbolic name, name or id. */
  readonly reference: (target: string) => unknown;
  /** Name, type and id of a resource, by its symbolic name. */
  readonly resourceInfo: (symbolicName: string) => unknown;
}

interface FunctionFacts {
  /** How it is written: `add(a, b)`. */
  readonly usage: string;
  /** The fewest and the most arguments. */
  readonly takes: readonly [number, number];
}

/** One that gets values. */
export interface ValueFunction extends FunctionFacts {
  /** Whether it hands on what is not known: parts of its values, or values as a whole. */
  readonly keepsUnknown?: "parts" | "values";
  readonly run: (given: Arguments, place: Place) => unknown;
}

/** One that decides which of its arguments are evaluated. */
export interface LazyFunction extends FunctionFacts {
  readonly choose: (parts: readonly Node[], place: Place, name: string) => unknown;
}

export type TemplateFunction = ValueFunction | LazyFunction;
/** By name in lower case, as calls are compared. */
export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

export const any = Number.POSITIVE_INFINITY;
