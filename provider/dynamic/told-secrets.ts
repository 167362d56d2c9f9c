import { lastInputsKey } from "../pulumi/reserved-keys.ts";
import { type Properties, wantedOf } from "../pulumi/resource-state.ts";
import { childPath, SecretValues } from "../pulumi/secret-values.ts";

/** What of a resource's arguments is secret, as the resource class told it (whole-secrets.ts). */
export function toldSecrets(news: Properties): SecretValues {
  const secrets = new SecretValues();
  const paths = news[lastInputsKey];
  if (!Array.isArray(paths)) return secrets;
  for (const keys of paths as string[][]) {
    let [value, path]: [unknown, string] = [news, ""];
    for (const key of keys) {
      path = Array.isArray(value) ? `${path}[${key}]` : childPath(path, key);
      value = (value as Properties | undefined)?.[key];
    }
    secrets.add(path, value);
  }
  secrets.addPlain(wantedOf(news));
  return secrets;
}
