/** Writes a value as an expression that makes it, composed at random of the public functions of ARM templates. */

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const braced = (text: string): string => text.replaceAll("{", "{{").replaceAll("}", "}}");

/** What Azure alone knows, or nobody: an expression that no definition can hold. */
export const unknowable = [
  "reference('elsewhere').properties.name",
  "uniqueString(resourceGroup().id)",
  "resourceGroup().location",
  "concat('a', subscription().subscriptionId)",
  "parameters('missing')",
  "parameters('secret')",
  "variables('nowhere')",
  "frobnicate('x')",
  "add('one', 'two')",
  "format('{0:Q7}', 5)",
  "createArray('a')[4]",
  "json('{')",
  "listKeys('account', '2024-01-01').keys[0].value",
  "substring('abc', 2, 9)",
  "copyIndex('noLoop')",
  "toUpper(format('{0}', subscription().id))",
] as const;

export class Disguise {
  readonly parameters: Record<string, object> = {
    missing: { type: "string" },
    secret: { type: "secureString", defaultValue: "hidden" },
  };
  readonly variables: Record<string, unknown> = {};
  readonly #choices: readonly number[];
  #at = 0;
  #names = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
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
    return `[${this.#text(value, 4)}]`;
  }

  number(value: number): string | number {
    return this.pick(4) === 0 ? value : `[${this.#number(value, 3)}]`;
  }

  truth(value: boolean): string | boolean {
    return this.pick(4) === 0 ? value : `[${this.#truth(value, 2)}]`;
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

  #name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }

  #text(value: string, depth: number): string {
    const forms: (() => string)[] = [() => quoted(value)];
    const inner = (text: string): string => this.#text(text, depth - 1);
    const cut = this.pick(value.length + 1);
    const [start, end] = [value.slice(0, cut), value.slice(cut)];
    if (depth > 0)
      forms.push(
        () => `concat(${inner(start)}, ${inner(end)})`,
        () => `format(${quoted(`${braced(start)}{0}`)}, ${inner(end)})`,
        () => `Format('{1}{0}', ${inner(end)}, ${inner(start)})`,
        () => `replace(${quoted(`${start}~~${end}`)}, '~~', '')`,
        () => `substring(${quoted(`xy${value}z`)}, 2, ${this.#number(value.length, 1)})`,
        () => `split(${quoted(`a|${value}|b`)}, '|')[${this.#number(1, 1)}]`,
        () => `last(createArray(1, ${inner(value)}))`,
        () => `if(${this.#truth(true, 1)}, ${inner(value)}, ${this.oneOf(unknowable)})`,
        () => `if(${this.#truth(false, 1)}, ${this.oneOf(unknowable)}, ${inner(value)})`,
        () => `createObject('key', ${inner(value)}, 'other', 1).KEY`,
        () => `createObject('key', ${inner(value)}, 'other', resourceGroup().location).key`,
        () => `json(${quoted(JSON.stringify({ a: [value] }))}).a[0]`,
        () => `join(createArray(${inner(start)}, ${inner(end)}), '')`,
        () => `base64ToString(base64(${inner(value)}))`,
        () => `coalesce(null(), ${inner(value)})`,
        () => `map(createArray(${inner(value)}), lambda('one', lambdaVariables('one')))[0]`,
        () =>
          `reduce(createArray(${inner(start)}, ${inner(end)}), '', lambda('sum', 'one', concat(lambdaVariables('sum'), lambdaVariables('one'))))`,
        () => `union(createObject('a', 'no'), createObject('A', ${inner(value)})).a`,
        () => `tryGet(createArray(createObject('k', ${inner(value)})), 0, 'k')`,
        () => `own.same(${inner(value)})`,
        () => this.#parameter(value, depth),
        () => this.#variable(value, depth),
      );
    if (depth > 0 && value === value.toLowerCase())
      forms.push(() => `toLower(${quoted(value.toUpperCase())})`);
    if (depth > 0 && value === value.trim()) forms.push(() => `trim(${quoted(`  ${value} `)})`);
    if (depth > 0 && value !== "" && !value.includes("/"))
      forms.push(() => `last(split(resourceId('A.B/cs', ${inner(value)}), '/'))`);
    return this.oneOf(forms)();
  }

  #parameter(value: string, depth: number): string {
    const name = this.#name("p");
    this.parameters[name] = {};
    this.parameters[name] = { type: "String", defaultValue: `[${this.#text(value, depth - 1)}]` };
    return `parameters(${quoted(this.oneOf([name, name.toUpperCase()]))})`;
  }

  #variable(value: string, depth: number): string {
    const name = this.#name("v");
    this.variables[name] = "";
    const expression = `[${this.#text(value, depth - 1)}]`;
    const form = this.pick(3);
    if (form === 0) this.variables[name] = expression;
    else if (form === 1) this.variables[name] = { part: [expression], unknown: "[resourceGroup().location]" };
    else {
      delete this.variables[name];
      const copies = (this.variables["copy"] ??= []) as object[];
      const own = `${name}c${copies.length}`;
      copies.push({ name: own, count: 2, input: expression });
      return `variables(${quoted(own)})[1]`;
    }
    return form === 0 ? `variables(${quoted(name)})` : `variables(${quoted(name)}).part[0]`;
  }

  #number(value: number, depth: number): string {
    const forms: (() => string)[] = [() => String(value)];
    const inner = (other: number): string => this.#number(other, depth - 1);
    if (depth > 0)
      forms.push(
        () => `add(${inner(value - 7)}, ${inner(7)})`,
        () => `sub(${inner(value + 5)}, 5)`,
        () => `div(mul(${inner(value)}, 2), 2)`,
        () => `int(${this.#text(String(value), 1)})`,
        () => `max(${inner(value)}, ${inner(value - 1)})`,
        () => `min(createArray(${inner(value)}, ${inner(value + 1)}))`,
        () => `if(${this.#truth(true, 1)}, ${inner(value)}, div(1, 0))`,
      );
    if (depth > 0 && value >= 0 && value <= 300) forms.push(() => `length(range(0, ${inner(value)}))`);
    return this.oneOf(forms)();
  }

  #truth(value: boolean, depth: number): string {
    const forms: (() => string)[] = [() => `${String(value)}()`];
    if (depth > 0)
      forms.push(
        () => `not(${this.#truth(!value, depth - 1)})`,
        () => `equals(${this.#number(3, 1)}, ${value ? 3 : 4})`,
        () => `less(1, ${value ? 2 : 0})`,
        () => `bool('${value ? "True" : "false"}')`,
        () => `contains('harbour', ${this.#text(value ? "arb" : "x", 1)})`,
        () => `empty(${value ? "createArray()" : "'x'"})`,
        () => `and(true(), ${this.#truth(value, depth - 1)})`,
        () => `or(${this.#truth(value, depth - 1)}, false())`,
      );
    return this.oneOf(forms)();
  }
}
