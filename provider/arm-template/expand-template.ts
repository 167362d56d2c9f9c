/**
 * The resources that a template deploys: copy loops unrolled, conditions decided, nested deployments opened, resources
 * inside others given their whole types and names. Properties of a resource are evaluated when they are read.
 */
import { Evaluator } from "./evaluator.ts";
import { nestedDeployment } from "./nested-deployment.ts";
import { TemplateScope, type ScopeOptions } from "./template-scope.ts";
import { at, flawOf, Hole, isRecord, subscriptionMark, textAt, type Values } from "./values.ts";

/** A resource as a template has it. */
export interface TemplateResource {
  readonly type: string;
  readonly name: string;
  /** Where it is: `resources[2].properties.template.resources.policy`. */
  readonly path: string;
  readonly resourceGroup: string | undefined;
  /** Whether the template only refers to it. */
  readonly existing: boolean;
  readonly source: Values;
  readonly evaluator: Evaluator;
}

export interface ExpandedTemplate {
  readonly resources: readonly TemplateResource[];
  /** What is left out, each with its path and why. */
  readonly notes: readonly string[];
}

interface Outer {
  readonly type: string;
  readonly name: string;
}

/** Where resources are: in which template, group and resource. */
interface Where {
  readonly scope: TemplateScope;
  readonly evaluator: Evaluator;
  readonly path: string;
  readonly resourceGroup: string | undefined;
  readonly outer?: Outer;
}

/** One resource of a list, or one turn of its copy loop. */
interface Turn extends Where {
  readonly source: Values;
  /** Its name in a template of symbolic names. */
  readonly symbol?: string;
}

const deploymentType = "microsoft.resources/deployments";
const depthMax = 20;

function idOf({ resourceGroup }: Where, type: string, name: string): string | Hole {
  if (resourceGroup === undefined) return new Hole("the template does not say its resource group");
  const [namespace, ...types] = type.split("/");
  const names = name.split("/");
  const path = types.map((one, index) => `${one}/${names[index] ?? ""}`).join("/");
  return `/subscriptions/${subscriptionMark}/resourceGroups/${resourceGroup}/providers/${namespace}/${path}`;
}

class Expansion {
  readonly resources: TemplateResource[] = [];
  readonly notes: string[] = [];

  #leaveOut(path: string, why: string): void {
    this.notes.push(`${path} is left out: ${why}`);
  }

  /** The entries of `resources`, with a turn for each pass of their copy loops. */
  #turns(list: unknown, where: Where): Turn[] {
    const isNamed = isRecord(list);
    const entries = isNamed ? Object.entries(list) : Array.isArray(list) ? [...list.entries()] : [];
    return entries.flatMap(([key, source]: [string | number, unknown]): Turn[] => {
      const path = isNamed ? `${where.path}.${key}` : `${where.path}[${key}]`;
      const symbol = isNamed ? { symbol: String(key) } : {};
      if (!isRecord(source)) {
        this.#leaveOut(path, "it is not an object");
        return [];
      }
      const loop = at(source, "copy");
      if (!isRecord(loop)) return [{ ...where, ...symbol, path, source }];
      const count = where.evaluator.count(loop);
      if (count instanceof Hole) {
        this.#leaveOut(`${path} (${this.#titleOf(source)})`, count.reason);
        return [];
      }
      const name = textAt(loop, "name") ?? String(key);
      return Array.from({ length: count }, (_, index) => ({
        ...where,
        ...(isNamed ? { symbol: `${key}[${index}]` } : {}),
        path: `${path} turn ${index}`,
        source,
        evaluator: where.evaluator.inLoop(name, index),
      }));
    });
  }

  #titleOf(source: Values): string {
    return textAt(source, "type") ?? "no type";
  }

  #nameOf(turn: Turn): string | Hole {
    const name = turn.evaluator.value(at(turn.source, "name"));
    if (name instanceof Hole) return name;
    const flaw = flawOf(name);
    if (flaw !== undefined) return new Hole(flaw);
    return typeof name === "string" && name !== "" ? name : new Hole("it has no name");
  }

  /** A resource that is written inside another one may have its whole type and name, or the last parts of them. */
  #whole({ outer }: Turn, type: string, name: string): Outer {
    if (!outer || type.toLowerCase().startsWith(`${outer.type.split("/")[0]!.toLowerCase()}/`))
      return { type, name };
    return { type: `${outer.type}/${type}`, name: `${outer.name}/${name}` };
  }

  #remember(turn: Turn): void {
    const { symbol, source, scope } = turn;
    const type = textAt(source, "type") ?? "";
    if (symbol !== undefined)
      scope.addResource(symbol, () => {
        const name = this.#nameOf(turn);
        const id = name instanceof Hole ? name : idOf(turn, type, name);
        return { name, type, id, apiVersion: at(source, "apiVersion") };
      });
    if (type.toLowerCase() !== deploymentType) return;
    const nested = nestedDeployment(turn, this.#groupOf(turn));
    const name = this.#nameOf(turn);
    const names = [...(symbol === undefined ? [] : [symbol]), ...(typeof name === "string" ? [name] : [])];
    if (typeof nested === "object") scope.addDeployment(names, nested.output, nested.outputs);
  }

  #groupOf(turn: Turn): string | Hole | undefined {
    const group = turn.evaluator.value(at(turn.source, "resourceGroup"));
    if (typeof group === "string" && flawOf(group) === undefined) return group;
    return group instanceof Hole ? group : turn.resourceGroup;
  }

  #openNested(turn: Turn, depth: number): void {
    const group = this.#groupOf(turn);
    if (group instanceof Hole) return this.#leaveOut(turn.path, group.reason);
    const nested = nestedDeployment(turn, group);
    if (typeof nested === "string") return this.#leaveOut(turn.path, nested);
    const path = `${turn.path}.properties.template.resources`;
    if (depth >= depthMax) return this.#leaveOut(path, `it is nested deeper than ${depthMax} deployments`);
    const { scope, evaluator, document } = nested;
    this.walk(at(document, "resources"), { scope, evaluator, path, resourceGroup: group }, depth + 1);
  }

  #resource(turn: Turn, depth: number): void {
    const { source, path, evaluator, resourceGroup } = turn;
    const type = textAt(source, "type");
    if (type === undefined) return this.#leaveOut(path, "it has no type");
    const title = `${path} (${type})`;
    const condition = evaluator.condition(at(source, "condition"));
    if (condition instanceof Hole) this.#leaveOut(title, `its condition is not known: ${condition.reason}`);
    else if (!condition) this.#leaveOut(title, "its condition is false, so Azure does not deploy it");
    const isDeployed = condition === true;
    if (type.toLowerCase() === deploymentType) return isDeployed ? this.#openNested(turn, depth) : undefined;
    const name = this.#nameOf(turn);
    if (name instanceof Hole)
      return isDeployed ? this.#leaveOut(title, `its name is not known: ${name.reason}`) : undefined;
    const whole = this.#whole(turn, type, name);
    const existing = at(source, "existing") === true;
    if (isDeployed) this.resources.push({ ...whole, path, resourceGroup, existing, source, evaluator });
    // A condition does not apply to the resources inside.
    this.walk(at(source, "resources"), { ...turn, path: `${path}.resources`, outer: whole }, depth + 1);
  }

  walk(list: unknown, where: Where, depth: number): void {
    const turns = this.#turns(list, where);
    for (const turn of turns) this.#remember(turn);
    for (const turn of turns) this.#resource(turn, depth);
  }
}

/**
 * Throws `InvalidInput` for what Azure would refuse as well: an expression that is none, a circle of variables; and for a
 * template that asks for too much work.
 */
export function expandTemplate(options: ScopeOptions): ExpandedTemplate {
  const scope = new TemplateScope(options);
  const evaluator = new Evaluator(scope);
  const expansion = new Expansion();
  const { document, resourceGroup } = options;
  expansion.walk(at(document, "resources"), { scope, evaluator, path: "resources", resourceGroup }, 0);
  return { resources: expansion.resources, notes: expansion.notes };
}
