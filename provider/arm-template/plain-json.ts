import type { Arguments } from "./template-function.ts";

/** The value of JSON in a text. Azure takes single quotes as well; those are not supported. */
export function readPlainJson(given: Arguments, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return given.refuse("takes JSON");
  }
}
