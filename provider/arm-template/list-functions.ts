/** Functions of lists and objects; many of them take text as well. */
import { isDeepStrictEqual } from "node:util";
import { type Arguments, any, type FunctionTable } from "./template-function.ts";
import { at, flawOf, isRecord, keyIn, NotKnown, type Values } from "./values.ts";

const rangeMax = 10_000;

const same =
  (value: unknown) =>
  (other: unknown): boolean =>
    isDeepStrictEqual(value, other);
const indexIn = (list: readonly unknown[], value: unknown): number => list.findIndex(same(value));
const distinct = (list: readonly unknown[]): unknown[] =>
  list.filter((value, index) => indexIn(list, value) === index);

/** A text or a list, which have the same functions. */
function series(given: Arguments): string | readonly unknown[] {
  return typeof given.values[0] === "string" ? given.text(0) : given.list(0);
}

function merge(one: Values, other: Values, deep: boolean): Values {
  const merged = new Map(Object.entries(one));
  for (const [key, value] of Object.entries(other)) {
    const own = keyIn(Object.fromEntries(merged), key) ?? key;
    const before = merged.get(own);
    merged.set(own, deep && isRecord(before) && isRecord(value) ? merge(before, value, true) : value);
  }
  return Object.fromEntries(merged);
}

function union(given: Arguments): unknown {
  if (given.values.every(Array.isArray)) {
    const flaw = flawOf(given.values);
    if (flaw !== undefined) throw new NotKnown(flaw);
    return distinct((given.values as unknown[][]).flat());
  }
  const records = given.values.map((_, index) => given.record(index));
  return records.reduce((one, other) => merge(one, other, true));
}

function intersection(given: Arguments): unknown {
  if (given.values.every(Array.isArray)) {
    const [first = [], ...others] = given.values as unknown[][];
    return distinct(first.filter((value) => others.every((other) => indexIn(other, value) >= 0)));
  }
  const [first = {}, ...others] = given.values.map((_, index) => given.record(index));
  const pairs = Object.entries(first).filter(([key, value]) =>
    others.every((one) => same(value)(at(one, key))),
  );
  return Object.fromEntries(pairs);
}

function contains(given: Arguments): boolean {
  const [from, value] = given.values;
  if (typeof from === "string")
    return from.includes(typeof value === "number" ? String(value) : given.text(1));
  if (Array.isArray(from)) return indexIn(from, value) >= 0;
  return keyIn(given.record(0), given.text(1)) !== undefined;
}

function length(given: Arguments): number {
  const [value] = given.values;
  return isRecord(value) ? Object.keys(value).length : series(given).length;
}

function empty(given: Arguments): boolean {
  return given.values[0] === null || length(given) === 0;
}

function end(given: Arguments, index: number): unknown {
  const from = series(given);
  if (from.length > 0) return from.at(index);
  return typeof from === "string" ? "" : given.refuse("is called with an empty list");
}

function place(given: Arguments, last: boolean): number {
  if (Array.isArray(given.values[0])) {
    const list = given.list(0);
    return last ? list.findLastIndex(same(given.values[1])) : indexIn(list, given.values[1]);
  }
  const [text, part] = [given.text(0).toLowerCase(), given.text(1).toLowerCase()];
  return last ? text.lastIndexOf(part) : text.indexOf(part);
}

function range(given: Arguments): number[] {
  const [from, count] = [given.whole(0), given.whole(1)];
  if (count < 0 || count > rangeMax) return given.refuse(`takes 0 to ${rangeMax} as argument 2`);
  return Array.from({ length: count }, (_, index) => from + index);
}

function join(given: Arguments): string {
  return given
    .list(0)
    .map((one) =>
      typeof one === "string" || typeof one === "number"
        ? String(one)
        : given.refuse("takes a list of texts"),
    )
    .join(given.text(1));
}

function createObject(given: Arguments): Values {
  if (given.count % 2 === 1) given.refuse("takes keys and values in pairs");
  const keys = given.values.flatMap((_, index) => (index % 2 === 0 ? [given.text(index)] : []));
  return Object.fromEntries(keys.map((key, index) => [key, given.values[2 * index + 1]]));
}

const sortedKeys = (record: Values): string[] =>
  Object.keys(record).toSorted((one, other) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));

/** A value at a path of keys and indexes, or null. */
function tryGet(given: Arguments): unknown {
  let value = given.values[0];
  for (const step of given.values.slice(1)) {
    if (Array.isArray(value) && typeof step === "number") value = value[step] as unknown;
    else if (isRecord(value) && typeof step === "string") value = at(value, step);
    else return null;
  }
  return value ?? null;
}

export const listFunctions: FunctionTable = {
  array: {
    usage: "array(value)",
    takes: [1, 1],
    run: ({ values: [value] }) => (Array.isArray(value) ? value : [value]),
  },
  createarray: {
    usage: "createArray(a, b, …)",
    takes: [0, any],
    keepsUnknown: "values",
    run: ({ values }) => values,
  },
  createobject: {
    usage: "createObject('key', value, …)",
    takes: [0, any],
    keepsUnknown: "values",
    run: createObject,
  },
  contains: { usage: "contains(container, value)", takes: [2, 2], run: contains },
  empty: { usage: "empty(value)", takes: [1, 1], run: empty },
  length: { usage: "length(value)", takes: [1, 1], keepsUnknown: "parts", run: length },
  first: { usage: "first(value)", takes: [1, 1], keepsUnknown: "parts", run: (given) => end(given, 0) },
  last: { usage: "last(value)", takes: [1, 1], keepsUnknown: "parts", run: (given) => end(given, -1) },
  take: {
    usage: "take(value, count)",
    takes: [2, 2],
    keepsUnknown: "parts",
    run: (given) => series(given).slice(0, Math.max(0, given.whole(1))),
  },
  skip: {
    usage: "skip(value, count)",
    takes: [2, 2],
    keepsUnknown: "parts",
    run: (given) => series(given).slice(Math.max(0, given.whole(1))),
  },
  indexof: { usage: "indexOf(value, part)", takes: [2, 2], run: (given) => place(given, false) },
  lastindexof: { usage: "lastIndexOf(value, part)", takes: [2, 2], run: (given) => place(given, true) },
  join: { usage: "join(list, delimiter)", takes: [2, 2], run: join },
  range: { usage: "range(from, count)", takes: [2, 2], run: range },
  union: { usage: "union(a, b, …)", takes: [1, any], keepsUnknown: "parts", run: union },
  intersection: { usage: "intersection(a, b, …)", takes: [1, any], run: intersection },
  flatten: {
    usage: "flatten(lists)",
    takes: [1, 1],
    keepsUnknown: "parts",
    run: (given) => given.list(0).flat(),
  },
  shallowmerge: {
    usage: "shallowMerge(objects)",
    takes: [1, 1],
    run: (given) =>
      (given.list(0) as Values[]).reduce((one, other) => merge(one, isRecord(other) ? other : {}, false), {}),
  },
  items: {
    usage: "items(object)",
    takes: [1, 1],
    keepsUnknown: "parts",
    run: (given) => {
      const record = given.record(0);
      return sortedKeys(record).map((key) => ({ key, value: record[key] }));
    },
  },
  objectkeys: {
    usage: "objectKeys(object)",
    takes: [1, 1],
    keepsUnknown: "parts",
    run: (given) => sortedKeys(given.record(0)),
  },
  tryget: { usage: "tryGet(value, key, …)", takes: [2, any], keepsUnknown: "parts", run: tryGet },
};
