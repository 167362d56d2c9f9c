import { stringify } from "yaml";

/** A plain value as YAML text. */
export function writeYaml(value: object): string {
  return stringify(value, { lineWidth: 110 });
}
