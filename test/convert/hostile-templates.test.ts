/** Templates that are made to cost, or to be taken for something else: each ends in bounded time, and writes nothing that was not understood. */
import { describe, expect, it } from "vitest";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { convert } from "../../provider/convert/convert.ts";
import { file } from "./state-of.ts";
import { convertTemplate, policy, policyNames, templateOf, vault } from "./template.ts";

const options = { file, resourceGroup: "dr" };
const namedBy = (expression: string, more: object = {}): string =>
  JSON.stringify(
    templateOf([vault, policy("harbour/sound"), policy(`[concat('harbour/', ${expression})]`)], more),
  );
const deep = (open: string, close: string, count: number, inner = "1"): string =>
  open.repeat(count) + inner + close.repeat(count);
const chain = (count: number, of: (index: number) => string): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`v${index}`, of(index)]));

/** Text of a template, and what is said of it: by an error as a whole, or by a note of what is left out. */
const hostile: readonly (readonly [string, string, RegExp])[] = [
  ["lists in lists", `{ "resources": ${deep("[", "]", 200_000)} }`, /neither the state/],
  ["objects in objects", deep('{ "a": ', " }", 200_000), /neither the state/],
  ["an expression in an expression", namedBy(deep("toLower(", ")", 50_000, "'a'")), /nested too deep/],
  ["a list index in a list index", namedBy(deep("createArray('a')[", "]", 50_000, "0")), /nested too deep/],
  [
    "a loop of a billion",
    JSON.stringify(
      templateOf([
        vault,
        policy("harbour/sound"),
        policy("[concat('harbour/p', copyIndex())]", { copy: { name: "l", count: 1e9 } }),
      ]),
    ),
    /whole number from 0 to 800/,
  ],
  ["a range of a billion", namedBy("string(length(range(0, 1000000000)))"), /range/],
  [
    "a loop of a loop of a loop",
    namedBy(
      "string(length(map(range(0, 9999), lambda('a', length(map(range(0, 9999), lambda('b', length(map(range(0, 9999), lambda('c', 1)))))))))) ",
    ),
    /steps/,
  ],
  [
    "variables that need each other",
    namedBy("variables('a')", { variables: { a: "[variables('b')]", b: "[concat(variables('a'), 'x')]" } }),
    /variables|itself|circle/,
  ],
  [
    "a parameter that needs itself",
    namedBy("parameters('a')", { parameters: { a: { type: "string", defaultValue: "[parameters('a')]" } } }),
    /parameter|itself|circle/,
  ],
  [
    "a function of its own that calls itself",
    namedBy("own.f()", {
      functions: [
        {
          namespace: "own",
          members: { f: { parameters: [], output: { type: "string", value: "[own.f()]" } } },
        },
      ],
    }),
    /nested too deep/,
  ],
  [
    "a text that doubles forty times",
    namedBy("variables('v40')", {
      variables: {
        ...chain(41, (index) =>
          index === 0 ? "aaaaaaaa" : `[concat(variables('v${index - 1}'), variables('v${index - 1}'))]`,
        ),
      },
    }),
    /characters|steps/,
  ],
  [
    "a list that doubles forty times",
    namedBy("string(length(variables('v40')))", {
      variables: {
        ...chain(41, (index) =>
          index === 0
            ? "[createArray(1, 2)]"
            : `[concat(variables('v${index - 1}'), variables('v${index - 1}'))]`,
        ),
      },
    }),
    /more than|steps/,
  ],
  [
    "a list in a list that doubles forty times",
    namedBy("string(variables('v40'))", {
      variables: {
        ...chain(41, (index) =>
          index === 0
            ? "[createArray(1, 2)]"
            : `[createArray(variables('v${index - 1}'), variables('v${index - 1}'))]`,
        ),
      },
    }),
    /more than|steps|characters/,
  ],
  ["a width of a billion", namedBy("padLeft('a', 1000000000)"), /characters/],
  ["a format of a billion", namedBy("format('{0,1000000000}', 1)"), /width/],
  [
    "a text of 8 MiB that is replaced",
    namedBy("replace(variables('v'), 'a', 'aaaaaaaaaa')", { variables: { v: "a".repeat(8 * 1024 ** 2) } }),
    /characters|larger/,
  ],
  ["a template of 100 MB", `{ "a": "${"a".repeat(100_000_000)}" }`, /neither the state/],
  ["a parameter of nobody's by a name of JavaScript", namedBy("parameters('constructor')"), /constructor/],
  ["a variable by a name of JavaScript", namedBy("string(variables('toString'))"), /toString/],
  ["a property by a name of JavaScript", namedBy("string(createObject('a', 1).constructor)"), /constructor/],
  ["the prototype of an object", namedBy("string(createObject('a', 1).__proto__)"), /__proto__/],
  ["a function by a name of JavaScript", namedBy("constructor('a')"), /constructor/],
];

describe("a hostile template ends in a second or two, with its reason:", () => {
  it.each(hostile)("%s", (_what, text, words) => {
    const [cpu, memory] = [process.cpuUsage(), process.memoryUsage().rss];
    let told: string;
    try {
      const conversion = convert(text, "t.json", options);
      told = conversion.notes.map((note) => JSON.stringify(note)).join("\n");
      // What is left out is left out as a whole, and the rest is there.
      expect(policyNames(conversion)).toEqual(["sound"]);
    } catch (error) {
      expect(error).toBeInstanceOf(SiteRecoveryError);
      told = (error as Error).message;
      expect(told.split("\n").length).toBeLessThan(4);
    }
    expect(told).toMatch(words);
    expect(told.length).toBeLessThan(4000);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1e6).toBeLessThan(5);
    expect(process.memoryUsage().rss - memory).toBeLessThan(800 * 1024 ** 2);
  });
});

describe("names of JavaScript are names like any others", () => {
  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s", (name) => {
    const text = (value: string): string => `{
      "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      "parameters": { "${name}": { "type": "string", "defaultValue": "${value}" } },
      "variables": { "${name}": "[parameters('${name}')]" },
      "resources": [
        ${JSON.stringify(vault)},
        ${JSON.stringify(policy(`[concat('harbour/', variables('${name}'))]`))}
      ]
    }`;
    expect(policyNames(convert(text("gold"), "t.json", options))).toEqual(["gold"]);
    expect(({} as Record<string, unknown>)["gold"]).toBeUndefined();
    // A template changes no object but its own.
    convertTemplate(templateOf([vault], JSON.parse(`{ "__proto__": { "polluted": 1 } }`) as object));
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
