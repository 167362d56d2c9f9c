/** Secrets are not carried into a definition: they have no place in a file that is kept and shown. */
import { argumentName } from "../kinds/argument-name.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { isRecord } from "../record.ts";
import type { Values } from "./found-thing.ts";

type IsSecret = (value: unknown, path: string) => boolean;

/** A copy without what is secret, at any depth; adds the paths of what was left out to `left`. */
function withoutSecrets(value: unknown, path: string, isSecret: IsSecret, left: string[]): unknown {
  const kept = ([inner, at]: readonly [unknown, string]): boolean => {
    if (!isSecret(inner, at)) return true;
    left.push(at);
    return false;
  };
  if (Array.isArray(value)) {
    const entries = value.map((inner: unknown, index) => [inner, `${path}[${index}]`] as const);
    return entries.filter(kept).map(([inner, at]) => withoutSecrets(inner, at, isSecret, left));
  }
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => {
    return [key, inner, path === "" ? key : `${path}.${key}`] as const;
  });
  return Object.fromEntries(
    entries
      .filter(([, inner, at]) => kept([inner, at]))
      .map(([key, inner, at]) => [key, withoutSecrets(inner, at, isSecret, left)]),
  );
}

/** The arguments of a thing that are not secret, and a note for each of those that are. */
export function leaveOutSecrets(
  kind: KindName,
  inputs: Values,
  isSecret: IsSecret,
): { inputs: Values; notes: string[] } {
  const left: string[] = [];
  const open = withoutSecrets(inputs, "", isSecret, left) as Values;
  const { title, nameArgument } = kinds[kind];
  const name = open[nameArgument];
  const thing = `the ${title}${typeof name === "string" ? ` ${name}` : ""}`;
  return {
    inputs: open,
    notes: left.map((path) => `${thing}: ${argumentName(path)} is secret, and left out of the definition`),
  };
}
