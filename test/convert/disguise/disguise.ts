/**
 * Writes a value as an expression that makes it, composed at random of the functions of ARM templates. Each function that
 * the conversion evaluates has a form here or in one of the tables beside this file.
 */
import { idForms } from "./id-forms.ts";
import { numberForms } from "./number-forms.ts";
import { quoted } from "./quoted.ts";
import { textForms } from "./text-forms.ts";
import { truthForms } from "./truth-forms.ts";
import { unknowable } from "./unknowable.ts";

/** One way to write a value: an expression without its brackets, or `undefined` for a value that it cannot make. */
export type Form<Value> = (value: Value, inner: Inner) => string | undefined;

/** Writes the parts of a form, with what is left of its depth. */
export interface Inner {
  readonly text: (value: string) => string;
  readonly number: (value: number) => string;
  readonly truth: (value: boolean) => string;
  /** An expression that has no value, for a place that is not evaluated. */
  readonly unknown: () => string;
  /** A place to cut a text at, from 0 to its length. */
  readonly cut: (value: string) => number;
}

const textDepth = 4;
const numberDepth = 3;
const truthDepth = 2;

export class Disguise {
  readonly parameters: Record<string, object> = {
    missing: { type: "string" },
    secret: { type: "secureString", defaultValue: "hidden" },
  };
  readonly variables: Record<string, unknown> = {};
  /** Resources that make nothing: only expressions refer to them. By their names, which are symbolic ones too. */
  readonly resources: Record<string, object> = {};
  /** Whether resources have symbolic names. */
  readonly isSymbolic: boolean;
  readonly #choices: readonly number[];
  #at = 0;
  #names = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
    this.isSymbolic = this.pick(2) === 0;
  }

  /** A whole number below `count`. */
  pick(count: number): number {
    this.#at = (this.#at + 1) % this.#choices.length;
    return this.#choices[this.#at]! % count;
  }

  oneOf<Value>(values: readonly Value[]): Value {
    return values[this.pick(values.length)]!;
  }

  /** A text of a template that stands for a value: the value itself, or an expression. */
  text(value: string): string {
    if (this.pick(4) === 0) return value.startsWith("[") ? `[${value}` : value;
    const id = this.pick(2) === 0 ? this.#formed(idForms, value, textDepth) : undefined;
    return `[${id ?? this.#text(value, textDepth)}]`;
  }

  number(value: number): string | number {
    return this.pick(4) === 0 ? value : `[${this.#number(value, numberDepth)}]`;
  }

  truth(value: boolean): string | boolean {
    return this.pick(4) === 0 ? value : `[${this.#truth(value, truthDepth)}]`;
  }

  unknown(): string {
    const inner = this.oneOf(unknowable);
    return this.oneOf([
      `[${inner}]`,
      `[concat('x', ${inner})]`,
      `[if(true(), ${inner}, 'x')]`,
      `[coalesce(${inner}, 'x')]`,
      `[toLower(string(${inner}))]`,
      `[first(createArray(${inner}, 'x'))]`,
      `[createObject('key', ${inner}).key]`,
    ]);
  }

  /** One of the forms that can make the value. */
  #formed<Value>(forms: readonly Form<Value>[], value: Value, depth: number): string | undefined {
    const start = this.pick(forms.length);
    const inner: Inner = {
      text: (part) => this.#text(part, depth - 1),
      number: (part) => this.#number(part, Math.min(numberDepth, depth) - 1),
      truth: (part) => this.#truth(part, Math.min(truthDepth, depth) - 1),
      unknown: () => this.oneOf(unknowable),
      cut: (part) => this.pick(part.length + 1),
    };
    for (let at = 0; at < forms.length; at += 1) {
      const written = forms[(start + at) % forms.length]!(value, inner);
      if (written !== undefined) return written;
    }
    return undefined;
  }

  #text(value: string, depth: number): string {
    if (depth <= 0) return quoted(value);
    const own = [this.#parameter, this.#variable, this.#output, this.#resourceName];
    const index = this.pick(textForms.length + own.length);
    const special = index < own.length ? own[index]!.call(this, value, depth) : undefined;
    return special ?? this.#formed(textForms, value, depth) ?? quoted(value);
  }

  #number(value: number, depth: number): string {
    return (depth > 0 ? this.#formed(numberForms, value, depth) : undefined) ?? String(value);
  }

  #truth(value: boolean, depth: number): string {
    return (depth > 0 ? this.#formed(truthForms, value, depth) : undefined) ?? `${String(value)}()`;
  }

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #expression(value: string, depth: number): string {
    return `[${this.#text(value, depth - 1)}]`;
  }

  #parameter(value: string, depth: number): string {
    const name = this.#name("p");
    this.parameters[name] = { type: "String", defaultValue: this.#expression(value, depth) };
    return `parameters(${quoted(this.oneOf([name, name.toUpperCase()]))})`;
  }

  #variable(value: string, depth: number): string {
    const name = this.#name("v");
    const form = this.pick(3);
    if (form === 0) {
      this.variables[name] = this.#expression(value, depth);
      return `variables(${quoted(name)})`;
    }
    if (form === 1) {
      this.variables[name] = {
        part: [this.#expression(value, depth)],
        unknown: "[resourceGroup().location]",
      };
      return `variables(${quoted(name)}).part[0]`;
    }
    const copies = (this.variables["copy"] ??= []) as object[];
    const turn = this.oneOf([`copyIndex(${quoted(name)})`, "copyIndex()", "sub(copyIndex(2), 2)"]);
    const input = `[createArray('other', ${this.#text(value, depth - 1)})[${turn}]]`;
    copies.push({ name, count: 2, input });
    return `variables(${quoted(name)})[1]`;
  }

  /** The output of a deployment that has no resources, and sees what is around it or what it is given. */
  #output(value: string, depth: number): string {
    const name = this.#name("d");
    const isInner = this.pick(2) === 0;
    const expression = this.#expression(value, depth);
    const properties = isInner
      ? {
          expressionEvaluationOptions: { scope: "inner" },
          parameters: { given: { value: expression } },
          template: {
            parameters: { given: { type: "string" } },
            resources: [],
            outputs: { made: { type: "string", value: "[parameters('given')]" } },
          },
        }
      : { template: { resources: [], outputs: { made: { type: "string", value: expression } } } };
    this.resources[name] = { type: "Microsoft.Resources/deployments", name, properties };
    const target = this.isSymbolic
      ? quoted(name)
      : `resourceId('Microsoft.Resources/deployments', '${name}')`;
    return `reference(${target}).outputs.made.value`;
  }

  /** The name of a resource that is there already, which has one in templates with symbolic names only. */
  #resourceName(value: string, depth: number): string | undefined {
    if (!this.isSymbolic || value === "") return undefined;
    const name = this.#name("r");
    const type = "Microsoft.Storage/storageAccounts";
    this.resources[name] = { type, existing: true, name: this.#expression(value, depth) };
    return `resourceInfo(${quoted(name)}).name`;
  }
}
