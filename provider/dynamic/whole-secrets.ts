import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../kinds/kind.ts";
import { possiblySecretOutputs } from "../pulumi/secret-outputs.ts";
import { attemptedInputsKey, lastInputsKey, secretPathsKey } from "../pulumi/reserved-keys.ts";

/** Keys from the arguments down to a value. */
type Path = readonly string[];

/** The outputs in arguments, at any depth, and where they stand. */
function outputsIn(value: unknown, path: Path = []): { path: Path; output: pulumi.Output<unknown> }[] {
  if (pulumi.Output.isInstance(value)) return [{ path, output: value }];
  if (value === null || typeof value !== "object" || value instanceof Promise) return [];
  return Object.entries(value).flatMap(([key, inner]) => outputsIn(inner, [...path, key]));
}

async function secretPaths(outputs: ReturnType<typeof outputsIn>): Promise<Path[]> {
  const found = await Promise.all(
    outputs.map(async ({ path, output }) => ((await pulumi.isSecret(output)) ? [path] : [])),
  );
  return found.flat();
}

/**
 * Arguments in which one that holds a secret is secret as a whole, and what is kept of all of them too. Pulumi
 * encrypts an output when the argument of the same name is secret. A dynamic provider puts out some values under
 * other names within, so they must be secret from the top; and it is not told which values are secret, so their
 * paths go along. An output that is no argument is secret by a secret without a value.
 */
export function withWholeSecrets(
  kind: Kind,
  given: Record<string, unknown>,
  outputs: readonly string[],
): pulumi.Inputs {
  const entries = Object.entries(given).map(([key, value]) => [key, value, outputsIn(value, [key])] as const);
  const all = entries.flatMap(([, , found]) => found);
  if (all.length === 0) return given;
  const paths = secretPaths(all);
  const whole = paths.then((found) => {
    const holders = new Set(found.map(([argument]) => argument!));
    return new Set([...holders, ...possiblySecretOutputs(kind, outputs, holders)]);
  });
  const keys = [...new Set([...Object.keys(given), ...outputs])];
  const marked = keys.map((key) => {
    const value = given[key];
    if (pulumi.Output.isInstance(value) && !outputs.includes(key)) return [key, value] as const;
    return [key, whole.then((found) => (found.has(key) ? pulumi.secret(value ?? null) : value))] as const;
  });
  const mark = paths.then((found) => (found.length > 0 ? pulumi.secret(null) : undefined));
  return {
    ...Object.fromEntries(marked),
    [lastInputsKey]: mark,
    [attemptedInputsKey]: mark,
    [secretPathsKey]: paths.then((found) => (found.length > 0 ? found : undefined)),
  };
}
