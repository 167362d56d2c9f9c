/** What a template's parameters, variables, functions and nested deployments are to its expressions. */
import { SiteRecoveryError } from "../errors.ts";
import { Budget, Evaluator, type Scope, type UserFunction } from "./evaluator.ts";
import { at, Hole, isRecord, keyIn, NotKnown, recordAt, textAt, type Values } from "./values.ts";

/** A value that is worked out when it is asked for. */
type Later = () => unknown;

export interface ScopeOptions {
  readonly document: Values;
  /** Values of parameters, by name. */
  readonly given?: ReadonlyMap<string, Later>;
  readonly resourceGroup?: string | undefined;
  readonly budget?: Budget;
  /** How a parameter without a value is given one. */
  readonly advice?: string;
}

const byName = <Value>(pairs: Iterable<[string, Value]>): Map<string, Value> =>
  new Map([...pairs].map(([name, value]) => [name.toLowerCase(), value]));

/** Values are worked out when they are asked for, and once. */
export class TemplateScope implements Scope {
  readonly budget: Budget;
  readonly #document: Values;
  readonly #given: ReadonlyMap<string, Later>;
  readonly #group: string | undefined;
  readonly #advice: string;
  readonly #known = new Map<string, unknown>();
  readonly #asked: string[] = [];
  readonly #deployments = new Map<string, Later>();
  readonly #resources = new Map<string, Later>();

  constructor({ document, given = new Map(), resourceGroup, budget = new Budget(), advice }: ScopeOptions) {
    this.#document = document;
    this.#given = byName(given);
    this.#group = resourceGroup;
    this.budget = budget;
    this.#advice = advice ?? "it is given none by the deployment around it";
  }

  /** Remembers a value. Throws `InvalidInput` for one that needs itself. */
  #once(key: string, work: Later): unknown {
    if (this.#asked.includes(key)) {
      const circle = [...this.#asked.slice(this.#asked.indexOf(key)), key].join(" needs ");
      const message = `The template has a circle: ${circle}. Give one of them a value of its own.`;
      throw new SiteRecoveryError("InvalidInput", message);
    }
    if (this.#known.has(key)) return this.#known.get(key);
    this.#asked.push(key);
    try {
      const value = work();
      this.#known.set(key, value);
      return value;
    } finally {
      this.#asked.pop();
    }
  }

  readonly parameter = (name: string): unknown => {
    const parameters = recordAt(this.#document, "parameters");
    const own = keyIn(parameters, name);
    if (own === undefined) throw new NotKnown(`the template has no parameter '${name}'`);
    const parameter = recordAt(parameters, own);
    if (/^secure/i.test(textAt(parameter, "type") ?? ""))
      throw new NotKnown(`the parameter '${own}' is a secret, and a definition holds none`);
    return this.#once(`the parameter '${own}'`, () => {
      const given = this.#given.get(own.toLowerCase());
      if (given) return given();
      const initial = at(parameter, "defaultValue");
      if (initial !== undefined && initial !== null) return new Evaluator(this).value(initial);
      if (at(parameter, "nullable") === true) return null;
      return new Hole(`the parameter '${own}' has no value; ${this.#advice}`);
    });
  };

  readonly variable = (name: string): unknown => {
    const variables = recordAt(this.#document, "variables");
    const own = keyIn(variables, name);
    if (own !== undefined && own !== "copy")
      return this.#once(`the variable '${own}'`, () => new Evaluator(this).value(variables[own]));
    const copies = variables["copy"];
    const loop = (Array.isArray(copies) ? copies.filter(isRecord) : []).find(
      (one) => textAt(one, "name")?.toLowerCase() === name.toLowerCase(),
    );
    if (!loop) throw new NotKnown(`the template has no variable '${name}'`);
    return this.#once(`the variable '${name}'`, () => new Evaluator(this).list(loop, name));
  };

  readonly resourceGroup = (): string => {
    if (this.#group !== undefined) return this.#group;
    throw new NotKnown("the template does not say its resource group; name it with --resource-group");
  };

  /** Functions of the template's own see their parameters only. */
  readonly userFunction = (name: string): UserFunction | undefined => {
    const [namespace = "", member = ""] = name.split(".");
    const all = at(this.#document, "functions");
    const group = (Array.isArray(all) ? all.filter(isRecord) : []).find(
      (one) => textAt(one, "namespace")?.toLowerCase() === namespace.toLowerCase(),
    );
    const found = group && at(recordAt(group, "members"), member);
    if (!isRecord(found)) return undefined;
    const listed = at(found, "parameters");
    const parameters = (Array.isArray(listed) ? listed : []).filter(isRecord);
    const names = parameters.map((one) => textAt(one, "name") ?? "");
    const scopeOf = (values: readonly unknown[]): TemplateScope =>
      new TemplateScope({
        document: {
          parameters: Object.fromEntries(names.map((one) => [one, {}])),
          functions: this.#document["functions"],
        },
        given: new Map(names.map((one, index) => [one, () => values[index]])),
        budget: this.budget,
      });
    return { names, output: at(recordAt(found, "output"), "value"), scopeOf };
  };

  /** Remembers a nested deployment under a name, a symbolic name or an id. */
  addDeployment(
    names: readonly string[],
    output: (name: string) => unknown,
    outputs: readonly string[],
  ): void {
    const value = (): unknown => {
      const pairs = outputs.map((name) => [name, { value: output(name) }]);
      const all = { outputs: Object.fromEntries(pairs) as Values };
      return { ...all, properties: all };
    };
    for (const name of names)
      this.#deployments.set(name.toLowerCase(), () => this.#once(`the deployment '${name}'`, value));
  }

  readonly reference = (target: string): unknown => {
    const [, named] = /\/Microsoft\.Resources\/deployments\/([^/]+)$/i.exec(target) ?? [];
    const found = this.#deployments.get((named ?? target).toLowerCase());
    if (found) return found();
    throw new NotKnown(`what reference() finds of '${target.split("/").at(-1)}' is known in Azure only`);
  };

  addResource(symbolicName: string, info: Later): void {
    this.#resources.set(symbolicName.toLowerCase(), info);
  }

  readonly resourceInfo = (symbolicName: string): unknown => {
    const found = this.#resources.get(symbolicName.toLowerCase());
    if (found) return this.#once(`the resource '${symbolicName}'`, found);
    throw new NotKnown(`the template has no resource '${symbolicName}'`);
  };
}
