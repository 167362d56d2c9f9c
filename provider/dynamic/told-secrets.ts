import { lastInputsKey } from "../pulumi/reserved-keys.ts";
import type { Properties } from "../pulumi/resource-state.ts";
import { SecretValues } from "../pulumi/secret-values.ts";

/** What of a resource's arguments is secret, as the resource class told it (whole-secrets.ts). */
export function toldSecrets(news: Properties): SecretValues {
  const secrets = new SecretValues();
  const paths = news[lastInputsKey];
  for (const path of Array.isArray(paths) ? (paths as string[][]) : []) {
    const value = path.reduce<unknown>((inner, key) => (inner as Properties | undefined)?.[key], news);
    secrets.add(path.join("."), value);
  }
  return secrets;
}
