/** Settings that a preview does not know as a whole, such as an output in place of an object. */
import { unknownValue } from "./handler.ts";
import { isRecord } from "../record.ts";

type Settings = Readonly<Record<string, unknown>>;

/**
 * What is wanted, with the settings of before where an object is not known yet: nothing can be said of it, and no
 * default be put into it.
 */
export function withKnownSettings<Inputs extends object>(wanted: Inputs, before: object): Inputs {
  const former = before as Settings;
  const entries = Object.entries(wanted).map(([key, value]) => {
    const own = former[key];
    if (!isRecord(own)) return [key, value];
    return [key, value === unknownValue ? own : isRecord(value) ? withKnownSettings(value, own) : value];
  });
  return Object.fromEntries(entries) as Inputs;
}
