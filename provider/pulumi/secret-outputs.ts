import { idNames } from "../arm-id.ts";
import type { Kind } from "../kinds/kind.ts";

/** Outputs that are the same whatever the arguments are. */
const fixed = ["type"];

/**
 * Outputs that are secret as a whole, given the top-level arguments that hold a secret. What a thing is called is in
 * its name, its ids and what is computed of them; any other argument may turn up in everything but the name.
 */
export function secretOutputs(
  kind: Kind,
  outputs: readonly string[],
  holdsSecret: (argument: string) => boolean,
): string[] {
  const tellsName = idNames(kind).some(holdsSecret);
  return outputs.filter((output) => !fixed.includes(output) && (tellsName || holdsSecret(output)));
}
