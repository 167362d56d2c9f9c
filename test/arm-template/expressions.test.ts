import { describe, expect, it } from "vitest";
import { Evaluator } from "../../provider/arm-template/evaluator.ts";
import { functionGroups } from "../../provider/arm-template/functions.ts";
import { settle } from "../../provider/arm-template/settle.ts";
import { TemplateScope } from "../../provider/arm-template/template-scope.ts";
import { Hole } from "../../provider/arm-template/values.ts";

const document = {
  parameters: {
    tier: { type: "string", defaultValue: "gold" },
    tiers: { type: "array", defaultValue: [{ name: "gold", seconds: 30 }, { name: "silver" }] },
    place: { type: "string", defaultValue: "[resourceGroup().location]" },
    secret: { type: "securestring", defaultValue: "x" },
    missing: { type: "string" },
    optional: { type: "string", nullable: true },
  },
  variables: {
    name: "[concat(variables('vault'), '/', parameters('TIER'))]",
    vault: "harbour",
    circle: "[variables('other')]",
    other: "[variables('circle')]",
    settings: { seconds: 30, location: "[parameters('place')]", "[toUpper('key')]": 1 },
    copy: [{ name: "letters", count: 2, input: "[concat('l', copyIndex('letters'))]" }],
  },
  functions: [
    {
      namespace: "own",
      members: {
        twice: {
          parameters: [{ name: "text", type: "string" }],
          output: { type: "string", value: "[concat(parameters('text'), parameters('text'))]" },
        },
      },
    },
  ],
};

function valueOf(expression: unknown): unknown {
  return new Evaluator(new TemplateScope({ document, resourceGroup: "dr" })).value(expression);
}

const known: readonly [string, unknown][] = [
  ["plain", "plain"],
  ["[[not an expression]", "[not an expression]"],
  ["[open", "[open"],
  ["[ concat ( 'a' , 'it''s' ) ]", "ait's"],
  ["[concat('a', 1, '-')]", "a1-"],
  ["[concat(createArray(1), createArray(2))]", [1, 2]],
  ["[format('{0}/tier-{1:D2}', 'v', 3)]", "v/tier-03"],
  [
    "[format('{0,4}|{0,-4}|{1:X}|{1:x4}|{1:N0}|{1:F1}|{{0}}', 'ab', 4000)]",
    "  ab|ab  |FA0|0fa0|4,000|4000.0|{0}",
  ],
  ["[format('{0:000}', 7)]", "007"],
  ["[string(true())]", "True"],
  ["[string(createArray('a', 1))]", '["a",1]'],
  ["[toLower('AbC')]", "abc"],
  ["[TOUPPER('abc')]", "ABC"],
  ["[trim(' a ')]", "a"],
  ["[replace('a-b-c', '-', '')]", "abc"],
  ["[substring('harbour', 1, 3)]", "arb"],
  ["[split('a-b_c', createArray('-', '_'))]", ["a", "b", "c"]],
  ["[padLeft(7, 3, '0')]", "007"],
  ["[startsWith('Harbour', 'har')]", true],
  ["[endsWith('Harbour', 'OUR')]", true],
  ["[json('{\"a\": [1]}').a[0]]", 1],
  ["[base64ToString(base64('né'))]", "né"],
  ["[base64ToString(' bsOp\n')]", "né"],
  ["[base64ToString('')]", ""],
  ["[base64ToJson(base64('[1]'))]", [1]],
  ["[uriComponent('a b!')]", "a%20b%21"],
  ["[uriComponentToString('a%20b')]", "a b"],
  ["[add(1, mul(2, sub(10, mod(7, 4))))]", 15],
  ["[div(-7, 2)]", -3],
  ["[min(3, 1, 2)]", 1],
  ["[max(createArray(3, 9))]", 9],
  ["[int('42')]", 42],
  ["[bool('True')]", true],
  ["[if(equals(parameters('tier'), 'gold'), 1, div(1, 0))]", 1],
  ["[and(true(), not(false()))]", true],
  ["[or(false(), greaterOrEquals(2, 2))]", true],
  ["[and(less(1, 2), lessOrEquals(2, 1), greater(1, 0))]", false],
  ["[coalesce(null(), parameters('optional'), 'x')]", "x"],
  ["[array('a')]", ["a"]],
  ["[createObject('a', 1)]", { a: 1 }],
  ["[contains(createObject('Key', 1), 'key')]", true],
  ["[contains('harbour', 'our')]", true],
  ["[contains(createArray('a'), 'b')]", false],
  ["[empty('')]", true],
  ["[length(parameters('tiers'))]", 2],
  ["[first('abc')]", "a"],
  ["[last(createArray(1, 2))]", 2],
  ["[take(createArray(1, 2, 3), 2)]", [1, 2]],
  ["[skip('abc', 1)]", "bc"],
  ["[indexOf('abcB', 'B')]", 1],
  ["[lastIndexOf(createArray(1, 2, 1), 1)]", 2],
  ["[join(createArray('a', 'b'), '/')]", "a/b"],
  ["[range(2, 3)]", [2, 3, 4]],
  ["[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]],
  [
    "[union(createObject('a', createObject('b', 1)), createObject('A', createObject('c', 2)))]",
    { a: { b: 1, c: 2 } },
  ],
  ["[intersection(createArray(1, 2), createArray(2, 3))]", [2]],
  ["[flatten(createArray(createArray(1), createArray(2)))]", [1, 2]],
  ["[shallowMerge(createArray(createObject('a', 1), createObject('b', 2)))]", { a: 1, b: 2 }],
  [
    "[items(createObject('b', 2, 'a', 1))]",
    [
      { key: "a", value: 1 },
      { key: "b", value: 2 },
    ],
  ],
  ["[objectKeys(createObject('b', 2, 'a', 1))]", ["a", "b"]],
  ["[tryGet(createObject('a', createArray(5)), 'a', 0)]", 5],
  ["[tryGet(createObject('a', 1), 'b')]", null],
  ["[map(parameters('tiers'), lambda('t', lambdaVariables('t').name))]", ["gold", "silver"]],
  ["[filter(range(0, 4), lambda('n', equals(mod(lambdaVariables('n'), 2), 0)))]", [0, 2]],
  ["[reduce(range(1, 3), 0, lambda('sum', 'n', add(lambdaVariables('sum'), lambdaVariables('n'))))]", 6],
  [
    "[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]",
    [1, 2, 3],
  ],
  ["[toObject(createArray('a'), lambda('k', lambdaVariables('k')), lambda('k', 1))]", { a: 1 }],
  [
    "[groupBy(createArray('ab', 'ac', 'b'), lambda('t', first(lambdaVariables('t'))))]",
    { a: ["ab", "ac"], b: ["b"] },
  ],
  ["[mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))]", { a: 2 }],
  ["[cidrSubnet('10.144.0.0/20', 24, 2)]", "10.144.2.0/24"],
  ["[parameters('tiers')[0].Seconds]", 30],
  ["[variables('name')]", "harbour/gold"],
  ["[variables('letters')[1]]", "l1"],
  ["[variables('settings').KEY]", 1],
  ["[variables('settings').seconds]", 30],
  ["[own.twice('ab')]", "abab"],
  ["[resourceGroup().name]", "dr"],
  ["[last(split(resourceId('Microsoft.Network/virtualNetworks/subnets', 'net', 'apps'), '/'))]", "apps"],
  ["[tenantResourceId('Microsoft.X/types', 'a')]", "/providers/Microsoft.X/types/a"],
];

const zeros = "/subscriptions/00000000-0000-0000-0000-000000000000";
const ids: readonly [string, string][] = [
  ["[resourceId('A.B/cs', 'n')]", `${zeros}/resourceGroups/dr/providers/A.B/cs/n`],
  ["[resourceId('other', 'A.B/cs', 'n')]", `${zeros}/resourceGroups/other/providers/A.B/cs/n`],
  [
    "[resourceId('s', 'g', 'A.B/cs/ds', 'n', 'm')]",
    "/subscriptions/s/resourceGroups/g/providers/A.B/cs/n/ds/m",
  ],
  ["[subscriptionResourceId('A.B/cs', 'n')]", `${zeros}/providers/A.B/cs/n`],
  ["[concat(resourceGroup().id, '/providers/A.B/cs/n')]", `${zeros}/resourceGroups/dr/providers/A.B/cs/n`],
  ["[format('/subscriptions/{0}/x', subscription().subscriptionId)]", `${zeros}/x`],
  [
    "[extensionResourceId(resourceGroup().id, 'A.B/cs', 'n')]",
    `${zeros}/resourceGroups/dr/providers/A.B/cs/n`,
  ],
];

const unknown: readonly [string, RegExp][] = [
  ["[uniqueString(resourceGroup().id)]", /uniqueString\(\) has no value here/],
  ["[concat('a', parameters('place'))]", /resourceGroup\(\)\.location is known in Azure only/],
  ["[variables('settings').location]", /location is known in Azure only/],
  ["[parameters('secret')]", /'secret' is a secret/],
  ["[parameters('missing')]", /'missing' has no value/],
  ["[parameters('nowhere')]", /no parameter 'nowhere'/],
  ["[frobnicate(1)]", /there is no function frobnicate\(\)/],
  ["[listKeys('x', 'y').keys[0]]", /listKeys\(\) has no value here: it asks Azure/],
  ["[reference('x').y]", /known in Azure only/],
  ["[add('a', 1)]", /add\(\) takes a whole number as argument 1, not string/],
  ["[add(1)]", /add\(\) is written add\(a, b\), and has 1 argument/],
  ["[div(1, 0)]", /divides by 0/],
  ["[format('{0:P}', 1)]", /specifier 'P'/],
  ["[format('{1}', 1)]", /no value for \{1\}/],
  ["[format('{0:D2}', 'a')]", /whole numbers only/],
  ["[parameters('tiers')[7]]", /there is no 7 in a list/],
  ["[copyIndex()]", /in no loop/],
  ["[base64ToString('bsOp-')]", /takes base64, and character 5 of the text is not one of base64/],
  ["[base64ToString('bs=p')]", /takes base64, and character 3 of the text/],
  ["[base64ToString('bsO')]", /the text has 3 characters, which is no multiple of 4/],
  ["[base64ToString('b===')]", /takes base64, and character 2 of the text/],
  ["[base64ToString('//4=')]", /takes base64 of UTF-8 text/],
  ["[base64ToJson('bsOp')]", /base64ToJson\(\) takes JSON/],
  ["[range(0, 1000000)]", /takes 0 to 10000/],
  ["[padLeft('a', 999999999)]", /more than 131072 characters/],
  ["[toUpper(subscription().subscriptionId)]", /does not say the id of its subscription/],
  ["[equals(subscription().subscriptionId, 'x')]", /does not say the id of its subscription/],
  ["[resourceId('A.B/cs/ds', 'n')]", /as many names as the type/],
];

describe("expressions of templates", () => {
  it.each(known)("%s", (expression, value) => expect(valueOf(expression)).toEqual(value));

  it.each(ids)("%s is an id", (expression, id) => {
    expect(settle(valueOf(expression), "", [])).toBe(id);
  });

  it.each(unknown)("%s is not known", (expression, reason) => {
    const value = valueOf(expression);
    expect(value).toBeInstanceOf(Hole);
    expect((value as Hole).reason).toMatch(reason);
  });

  it("shows a case of every function", () => {
    const shown = [...known, ...ids].map(([text]) => text.toLowerCase()).join("\n");
    const names = Object.values(functionGroups).flatMap((table) => Object.keys(table));
    expect(
      names.filter(
        (name) =>
          !shown.includes(`${name}(`) &&
          name !== "reference" &&
          name !== "resourceinfo" &&
          name !== "copyindex",
      ),
    ).toEqual([]);
  });

  it.each([
    "[concat('a']",
    "[concat('a',)]",
    "[1 2]",
    "['open]",
    "[a.b.c]",
    "[concat('a')).]",
    "[]",
    "[parameters]",
  ])("%s is an error of the template", (text) => expect(() => valueOf(text)).toThrow(/is not an expression/));

  it("names the circle that values make", () => {
    expect(() => valueOf("[variables('circle')]")).toThrow(
      "the variable 'circle' needs the variable 'other' needs the variable 'circle'",
    );
  });

  it("leaves an id of the subscription out of everything but ids", () => {
    const leftOut: { path: string; reason: string }[] = [];
    expect(
      settle({ a: valueOf("[concat('s', subscription().subscriptionId)]"), b: 1 }, "p", leftOut),
    ).toEqual({ b: 1 });
    expect(leftOut).toEqual([{ path: "p.a", reason: "a template does not say the id of its subscription" }]);
  });

  it("stops at a template that asks for too much work", () => {
    const doubled = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `v${index + 1}`,
        `[createArray(variables('v${index}'), variables('v${index}'))]`,
      ]),
    );
    const scope = new TemplateScope({ document: { variables: { v0: "x", ...doubled } } });
    expect(new Evaluator(scope).value("[length(variables('v40'))]")).toBe(2);
    const loops = {
      a: {
        copy: [
          {
            name: "b",
            count: 800,
            input: {
              copy: [{ name: "c", count: 800, input: { copy: [{ name: "d", count: 800, input: 1 }] } }],
            },
          },
        ],
      },
    };
    expect(() => valueOf(loops)).toThrow(/more than 2000000 steps/);
  });
});
