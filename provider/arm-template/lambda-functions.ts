/** Functions that take a function: `map(parameters('tiers'), lambda('tier', lambdaVariables('tier').name))`. */
import type { Node } from "./parse-expression.ts";
import {
  Arguments,
  type FunctionTable,
  type Lambda,
  type Place,
  type TemplateFunction,
} from "./template-function.ts";
import { flawOf, NotKnown, type Values } from "./values.ts";

type Work = (given: Arguments, lambdas: readonly Lambda[]) => unknown;

/** `where` says which of the arguments are lambdas; the others are values. */
function withLambdas(
  usage: string,
  takes: readonly [number, number],
  isLambda: (index: number) => boolean,
  work: Work,
): TemplateFunction {
  const choose = (parts: readonly Node[], place: Place, name: string): unknown => {
    const values = parts.filter((_, index) => !isLambda(index)).map(place.evaluate);
    const flaw = flawOf(values);
    if (flaw !== undefined) throw new NotKnown(flaw);
    return work(new Arguments(name, values), parts.filter((_, index) => isLambda(index)).map(place.lambda));
  };
  return { usage, takes, choose };
}

const second = (index: number): boolean => index === 1;
const third = (index: number): boolean => index === 2;

function truth(given: Arguments, value: unknown): boolean {
  return typeof value === "boolean" ? value : given.refuse("takes a lambda that makes true or false");
}

function text(given: Arguments, value: unknown): string {
  return typeof value === "string" ? value : given.refuse("takes a lambda that makes text");
}

function toObject(given: Arguments, [key, value]: readonly Lambda[]): Values {
  return Object.fromEntries(
    given.list(0).map((one) => [text(given, key!.call(one)), value ? value.call(one) : one]),
  );
}

function groupBy(given: Arguments, [key]: readonly Lambda[]): Values {
  const groups = new Map<string, unknown[]>();
  for (const one of given.list(0)) {
    const name = text(given, key!.call(one));
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return Object.fromEntries(groups);
}

/** The lambda says whether its first value comes before its second one, or is equal. */
function sort(given: Arguments, [before]: readonly Lambda[]): unknown[] {
  return given.list(0).toSorted((one, other) => {
    if (!truth(given, before!.call(one, other))) return 1;
    return truth(given, before!.call(other, one)) ? 0 : -1;
  });
}

export const lambdaFunctions: FunctionTable = {
  map: withLambdas("map(list, lambda('one', …))", [2, 2], second, (given, [each]) =>
    given.list(0).map((one, index) => each!.call(one, index)),
  ),
  filter: withLambdas("filter(list, lambda('one', …))", [2, 2], second, (given, [each]) =>
    given.list(0).filter((one, index) => truth(given, each!.call(one, index))),
  ),
  reduce: withLambdas("reduce(list, start, lambda('sum', 'one', …))", [3, 3], third, (given, [each]) =>
    given.list(0).reduce((sum, one, index) => each!.call(sum, one, index), given.values[1]),
  ),
  sort: withLambdas("sort(list, lambda('a', 'b', …))", [2, 2], second, sort),
  toobject: withLambdas(
    "toObject(list, lambda('one', key), lambda('one', value))",
    [2, 3],
    (index) => index > 0,
    toObject,
  ),
  groupby: withLambdas("groupBy(list, lambda('one', key))", [2, 2], second, groupBy),
  mapvalues: withLambdas("mapValues(object, lambda('value', …))", [2, 2], second, (given, [each]) =>
    Object.fromEntries(Object.entries(given.record(0)).map(([key, value]) => [key, each!.call(value)])),
  ),
  lambdavariables: {
    usage: "lambdaVariables('one')",
    takes: [1, 1],
    run: (given, place) => place.lambdaVariable(given.text(0)),
  },
};
