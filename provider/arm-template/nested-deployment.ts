/** A deployment inside a template: the template that it holds, and what its expressions see. */
import { Evaluator } from "./evaluator.ts";
import { TemplateScope } from "./template-scope.ts";
import { at, Hole, isRecord, recordAt, textAt, type Values } from "./values.ts";

interface Around {
  readonly source: Values;
  readonly scope: TemplateScope;
  readonly evaluator: Evaluator;
}

export interface NestedDeployment {
  readonly document: Values;
  readonly scope: TemplateScope;
  readonly evaluator: Evaluator;
  /** The names of its outputs, and the value of one. */
  readonly outputs: readonly string[];
  readonly output: (name: string) => unknown;
}

const notRead = "it is deployed from another file; convert that file as well";

/** The parameters that a deployment is given, worked out where it is written. */
function givenBy({ evaluator }: Around, properties: Values): Map<string, () => unknown> {
  const entries = Object.entries(recordAt(properties, "parameters")).map(
    ([name, parameter]): [string, () => unknown] => {
      if (isRecord(parameter) && at(parameter, "reference") !== undefined)
        return [name, () => new Hole(`the parameter '${name}' is a secret in a key vault`)];
      // One value out of an expression: `"parameters": { "name": "[createObject('value', 'x')]" }`.
      return [name, () => at(evaluatedRecord(evaluator, parameter), "value") ?? null];
    },
  );
  return new Map(entries);
}

function evaluatedRecord(evaluator: Evaluator, of: unknown): Values {
  const value = evaluator.value(of);
  if (value instanceof Hole) return { value };
  return isRecord(value) ? value : {};
}

/** Expressions of the template inside see what is around it, unless the deployment says `inner`. */
function isInner(properties: Values): boolean {
  return textAt(recordAt(properties, "expressionEvaluationOptions"), "scope")?.toLowerCase() === "inner";
}

/** A nested deployment, or why its template is not read. */
export function nestedDeployment(
  around: Around,
  resourceGroup: string | Hole | undefined,
): NestedDeployment | string {
  const properties = recordAt(around.source, "properties");
  const document = at(properties, "template");
  if (at(properties, "templateLink") !== undefined) {
    const link = recordAt(properties, "templateLink");
    const from = [textAt(link, "uri") ?? textAt(link, "relativePath") ?? textAt(link, "id") ?? ""].filter(
      (one) => one !== "" && !one.startsWith("["),
    );
    return [notRead, ...from].join(": ");
  }
  if (!isRecord(document)) return "it holds no template";
  const scope = isInner(properties)
    ? new TemplateScope({
        document,
        given: givenBy(around, properties),
        resourceGroup: resourceGroup instanceof Hole ? undefined : resourceGroup,
        budget: around.scope.budget,
      })
    : around.scope;
  const evaluator = scope === around.scope ? around.evaluator : new Evaluator(scope);
  const outputs = recordAt(document, "outputs");
  return {
    document,
    scope,
    evaluator,
    outputs: Object.keys(outputs),
    output: (name) => evaluator.output(recordAt(outputs, name)),
  };
}
