import type { Kind } from "../kinds/kind.ts";
import { secretPathsKey } from "../pulumi/reserved-keys.ts";
import { attemptedInputs, keptInputs, type Properties, wantedOf } from "../pulumi/resource-state.ts";
import { childPath, SecretValues } from "../pulumi/secret-values.ts";

/** Arguments, or what a state keeps of them. */
function argumentsIn(kind: Kind, properties: Properties): Properties[] {
  const attempted = attemptedInputs(kind, properties);
  return [keptInputs(kind, properties, wantedOf(properties)), ...(attempted ? [attempted] : [])];
}

/**
 * Returns what is secret of a resource's arguments, as the resource class told it (whole-secrets.ts): arguments of the
 * program, states of the resource, or both.
 */
export function toldSecrets(kind: Kind, ...told: readonly Properties[]): SecretValues {
  const secrets = new SecretValues();
  for (const properties of told) {
    const paths = properties[secretPathsKey];
    if (!Array.isArray(paths)) continue;
    for (const values of argumentsIn(kind, properties))
      for (const keys of paths as string[][]) addAt(keys, values, secrets);
  }
  for (const properties of told) for (const values of argumentsIn(kind, properties)) secrets.addPlain(values);
  return secrets;
}

function addAt(keys: readonly string[], values: Properties, secrets: SecretValues): void {
  let [value, path]: [unknown, string] = [values, ""];
  for (const key of keys) {
    path = Array.isArray(value) ? `${path}[${key}]` : childPath(path, key);
    value = (value as Properties | undefined | null)?.[key];
  }
  secrets.add(path, value);
}
