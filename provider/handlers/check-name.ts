import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { checkSchema } from "./check-schema.ts";

/**
 * Returns why a kind's schema refuses a name, or `undefined` if it takes it. Definitions ask here as well, so that they
 * never pass a name that an update refuses.
 */
export function nameRefusal(kind: KindName, name: string): string | undefined {
  const argument = kinds[kind].nameArgument;
  return checkSchema(kind, { [argument]: name }).find(({ property }) => property === argument)?.reason;
}
