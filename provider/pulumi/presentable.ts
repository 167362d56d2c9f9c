import type { CheckFailure } from "../handlers/handler.ts";
import type { Properties } from "./resource-state.ts";

/** Pulumi shows the value of the property, and for a path it shows `<nil>`: a path goes into the sentence instead. */
export function presentable({ property, reason }: CheckFailure, news: Properties): CheckFailure {
  return property === "" || property in news
    ? { property, reason }
    : { property: "", reason: `${property}: ${reason}` };
}
