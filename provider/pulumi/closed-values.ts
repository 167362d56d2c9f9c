/** Values with what is secret in the wrappers that Pulumi's engine knows secrets by. */
import type { Kind } from "../kinds/kind.ts";
import { isRecord } from "../record.ts";
import type { Properties } from "./resource-state.ts";
import { secretOutputs } from "./secret-outputs.ts";
import { childPath, type SecretValues } from "./secret-values.ts";

/** The key that says what a wrapper is, and what it says of a secret. */
export const signatureKey = "4dabf18193072939515e22adb298388d";
export const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function wrap(value: unknown): Properties {
  return { [signatureKey]: secretSignature, value };
}

function close(value: unknown, path: string, secrets: SecretValues): unknown {
  if (value === undefined || value === null) return value;
  if (secrets.covers(path, value)) return wrap(value);
  if (Array.isArray(value)) return value.map((item, at) => close(item, `${path}[${at}]`, secrets));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, close(inner, childPath(path, key), secrets)]),
  );
}

/** A copy in which each value that is secret is wrapped. */
export function closed(values: Properties, secrets: SecretValues): Properties {
  return close(values, "", secrets) as Properties;
}

/** The same of what is kept of a resource, whose outputs may be secret as a whole. */
export function closedState(kind: Kind, state: Properties, secrets: SecretValues): Properties {
  const outputs = Object.keys(state).filter((key) => !key.startsWith("__"));
  const all = closed(state, secrets);
  for (const key of secretOutputs(kind, outputs, (argument) => secrets.isWithin(argument)))
    all[key] = wrap(state[key]);
  return all;
}
