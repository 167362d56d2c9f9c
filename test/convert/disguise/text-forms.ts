/** Ways to write a text as an expression. */
import type { Form } from "./disguise.ts";
import { quoted } from "./quoted.ts";

const braced = (text: string): string => text.replaceAll("{", "{{").replaceAll("}", "}}");
const json = (value: unknown): string => quoted(JSON.stringify(value));
const packed = (text: string): string => quoted(Buffer.from(text).toString("base64"));

/** A form of the two parts of a text. */
function ofParts(
  write: (start: string, end: string, text: (part: string) => string) => string,
): Form<string> {
  return (value, inner) => {
    const cut = inner.cut(value);
    return write(value.slice(0, cut), value.slice(cut), inner.text);
  };
}

/** A form of a text that has a property, such as that it is a part of an id. */
function where(isFit: (value: string) => boolean, form: Form<string>): Form<string> {
  return (value, inner) => (isFit(value) ? form(value, inner) : undefined);
}

const isName = (value: string): boolean => value !== "" && !value.includes("/");

/** An address range out of the one around it, eight bits larger. */
function ofSubnet(value: string): string | undefined {
  const [, one, two, three, prefix] = /^(\d+)\.(\d+)\.(\d+)\.0\/(16|24)$/.exec(value) ?? [];
  if (prefix === "24") return `cidrSubnet('${one!}.${two!}.0.0/16', 24, ${three!})`;
  return prefix === "16" ? `cidrSubnet('${one!}.0.0.0/8', 16, ${two!})` : undefined;
}

const strings: readonly Form<string>[] = [
  (value) => quoted(value),
  ofParts((start, end, text) => `concat(${text(start)}, ${text(end)})`),
  ofParts((start, end, text) => `format(${quoted(`${braced(start)}{0}`)}, ${text(end)})`),
  ofParts((start, end, text) => `Format('{1}{0}', ${text(end)}, ${text(start)})`),
  ofParts((start, end) => `replace(${quoted(`${start}~~${end}`)}, '~~', '')`),
  ofParts((start, end, text) => `join(createArray(${text(start)}, ${text(end)}), '')`),
  (value, { number }) => `substring(${quoted(`xy${value}z`)}, 2, ${number(value.length)})`,
  (value, { number }) => `split(${quoted(`a|${value}|b`)}, '|')[${number(1)}]`,
  (value, { number }) => `take(${quoted(`${value}xy`)}, ${number(value.length)})`,
  (value, { number }) => `skip(${quoted(`xy${value}`)}, ${number(2)})`,
  (value) => `json(${json({ a: [value] })}).a[0]`,
  (value, { text }) => `string(${text(value)})`,
  (value, { text }) => `base64ToString(base64(${text(value)}))`,
  (value) => `base64ToString(${packed(value)})`,
  (value, { text }) => `base64ToJson(base64(concat('["', ${text(value)}, '"]')))[0]`,
  (value) => `base64ToJson(${packed(JSON.stringify({ a: value }))}).a`,
  (value, { text }) => `uriComponentToString(uriComponent(${text(value)}))`,
  (value) => `uriComponentToString(${quoted(encodeURIComponent(value))})`,
  where(
    (value) => /^[\w.-]*$/.test(value),
    (value, { text }) => `uriComponent(${text(value)})`,
  ),
  where(
    (value) => value !== "",
    (value, { number }) =>
      `padLeft(${quoted(value.slice(1))}, ${number(value.length)}, ${quoted(value[0]!)})`,
  ),
  where(
    (value) => value === value.toLowerCase(),
    (value) => `toLower(${quoted(value.toUpperCase())})`,
  ),
  where(
    (value) => value === value.toUpperCase(),
    (value) => `toUpper(${quoted(value.toLowerCase())})`,
  ),
  where(
    (value) => value === value.trim(),
    (value) => `trim(${quoted(`  ${value} `)})`,
  ),
  ofSubnet,
  where(isName, (value, { text }) => `last(split(resourceId('A.B/cs', ${text(value)}), '/'))`),
  where(isName, (value, { text }) => `last(split(subscriptionResourceId('A.B/cs', ${text(value)}), '/'))`),
  where(isName, (value, { text }) => `last(split(tenantResourceId('A.B/cs', ${text(value)}), '/'))`),
  (value, { text }) => `own.same(${text(value)})`,
];

const choices: readonly Form<string>[] = [
  (value, { text, truth, unknown }) => `if(${truth(true)}, ${text(value)}, ${unknown()})`,
  (value, { text, truth, unknown }) => `if(${truth(false)}, ${unknown()}, ${text(value)})`,
  (value, { text, unknown }) => `coalesce(null(), ${text(value)}, ${unknown()})`,
];

const containers: readonly Form<string>[] = [
  (value, { text }) => `last(createArray(1, ${text(value)}))`,
  (value, { text }) => `first(createArray(${text(value)}, resourceGroup().location))`,
  (value, { text }) => `array(${text(value)})[0]`,
  (value, { text }) => `flatten(createArray(createArray(1), createArray(${text(value)})))[1]`,
  (value, { text }) => `createObject('key', ${text(value)}, 'other', 1).KEY`,
  (value, { text }) => `createObject('key', ${text(value)}, 'other', resourceGroup().location).key`,
  (value, { text }) => `union(createObject('a', 'no'), createObject('A', ${text(value)})).a`,
  (value, { text }) => `union(createArray(1, 2), createArray(2, ${text(value)}))[2]`,
  (value, { text }) => `shallowMerge(createArray(createObject('a', 1), createObject('A', ${text(value)}))).a`,
  (value, { text }) => `intersection(createArray(1, ${text(value)}), createArray(${text(value)}, 2))[0]`,
  (value, { text }) =>
    `intersection(createObject('a', ${text(value)}, 'b', 1), createObject('A', ${text(value)}, 'b', 2)).a`,
  (value, { text }) => `items(createObject('b', 1, 'a', ${text(value)}))[0].value`,
  (value, { text }) => `objectKeys(createObject(${text(value)}, 1))[0]`,
  (value, { text }) => `tryGet(createArray(createObject('k', ${text(value)})), 0, 'k')`,
];

const lambdas: readonly Form<string>[] = [
  (value, { text }) => `map(createArray(${text(value)}), lambda('one', lambdaVariables('one')))[0]`,
  ofParts(
    (start, end, text) =>
      `reduce(createArray(${text(start)}, ${text(end)}), '', lambda('sum', 'one', concat(lambdaVariables('sum'), lambdaVariables('one'))))`,
  ),
  (value, { text }) =>
    `filter(createArray(${quoted(`${value}~`)}, ${text(value)}), lambda('one', not(endsWith(lambdaVariables('one'), '~'))))[0]`,
  (value, { text }) =>
    `sort(createArray(createArray(2, 'no'), createArray(1, ${text(value)})), lambda('a', 'b', less(lambdaVariables('a')[0], lambdaVariables('b')[0])))[0][1]`,
  (value, { text }) =>
    `toObject(createArray(${text(value)}), lambda('one', 'key'), lambda('one', lambdaVariables('one'))).key`,
  (value, { text }) => `groupBy(createArray(1, ${text(value)}), lambda('one', 'key')).key[1]`,
  ofParts(
    (start, end, text) =>
      `mapValues(createObject('key', ${text(start)}), lambda('one', concat(lambdaVariables('one'), ${text(end)}))).key`,
  ),
];

export const textForms: readonly Form<string>[] = [...strings, ...choices, ...containers, ...lambdas];
