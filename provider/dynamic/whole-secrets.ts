import * as pulumi from "@pulumi/pulumi";
import { attemptedInputsKey, lastInputsKey } from "../pulumi/reserved-keys.ts";

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
 * paths go along under the name of what is kept.
 */
export function withWholeSecrets(given: Record<string, unknown>): pulumi.Inputs {
  const entries = Object.entries(given).map(([key, value]) => [key, value, outputsIn(value, [key])] as const);
  const all = entries.flatMap(([, , outputs]) => outputs);
  if (all.length === 0) return given;
  const whole = entries.map(([key, value, outputs]) => {
    if (outputs.length === 0 || pulumi.Output.isInstance(value)) return [key, value] as const;
    const isSecret = secretPaths(outputs).then((paths) => (paths.length > 0 ? pulumi.secret(value) : value));
    return [key, isSecret] as const;
  });
  const mark = secretPaths(all).then((paths) => (paths.length > 0 ? pulumi.secret(paths) : undefined));
  return { ...Object.fromEntries(whole), [lastInputsKey]: mark, [attemptedInputsKey]: mark };
}
