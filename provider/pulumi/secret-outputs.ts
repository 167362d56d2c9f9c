import { idNames } from "../arm-id.ts";
import type { Kind } from "../kinds/kind.ts";

/** Outputs that are the same whatever the arguments are. */
const fixed = ["type"];

/**
 * Returns the outputs that are secret as a whole, given the top-level arguments that are. What a thing is called is in
 * its name, its ids and what is computed of them.
 */
export function secretOutputs(
  kind: Kind,
  outputs: readonly string[],
  holdsSecret: (argument: string) => boolean,
): string[] {
  const tellsName = idNames(kind).some(holdsSecret);
  return outputs.filter((output) => !fixed.includes(output) && (tellsName || holdsSecret(output)));
}

/**
 * Returns the same for a door that cannot compare values, given the top-level arguments that hold a secret: one that
 * is in no name may turn up in everything but the name.
 */
export function possiblySecretOutputs(
  kind: Kind,
  outputs: readonly string[],
  holders: ReadonlySet<string>,
): string[] {
  const namesOf = ["name", ...idNames(kind)];
  return secretOutputs(
    kind,
    outputs,
    (argument) => holders.has(argument) || (holders.size > 0 && !namesOf.includes(argument)),
  );
}
