/** What holds for the conversion of every template. */
import { expect } from "vitest";
import { hasCode } from "../../provider/errors.ts";
import { type Conversion, definitionText } from "../../provider/convert/convert.ts";
import { checkText } from "../../provider/stack/check-text.ts";
import type { TemplatePair } from "./arbitrary-template.ts";
import { file } from "./state-of.ts";
import { convertTemplate } from "./template.ts";

/** A definition that could not be made is an error with the reason. */
function attempt(template: object): Conversion | string {
  try {
    return convertTemplate(template);
  } catch (error) {
    if (hasCode(error, "InvalidInput")) return error.message;
    throw error;
  }
}

/** Expressions, their places, and what stands for the unknown subscription. */
const traces = /[[\](){}\u{e000}-\u{f8ff}]|undefined|\[object|reference|hidden/iu;

/** Holds for a definition whatever it was made of. */
function holds({ definition, notes }: Conversion): void {
  const texts: string[] = [];
  JSON.stringify(definition, (key, value: unknown) => {
    texts.push(key, ...(typeof value === "string" ? [value] : []));
    return value;
  });
  expect(texts.filter((text) => traces.test(text))).toEqual([]);
  const { findings } = checkText(file, definitionText(definition));
  expect(notes.filter((note) => note.startsWith("the definition is to be completed")).length).toBe(
    findings.length,
  );
}

/** A disguise changes nothing; what nobody knows is said and never written. */
export function checkTemplates({ plain, disguised, spoilt, holes }: TemplatePair): void {
  const expected = convertTemplate(plain);
  const made = convertTemplate(disguised);
  expect(made.definition).toEqual(expected.definition);
  expect(
    made.notes.filter((note) => note.includes("is left out") && !note.includes("its condition is false")),
  ).toEqual([]);
  holds(made);
  const conversion = attempt(spoilt);
  if (typeof conversion === "string") {
    expect(holes).toBeGreaterThan(0);
    return;
  }
  holds(conversion);
  if (holes > 0) expect(conversion.notes.some((note) => /^\w.* (is|are) left out: /.test(note))).toBe(true);
}
