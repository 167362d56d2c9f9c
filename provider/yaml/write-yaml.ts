import { stringify } from "yaml";

/** A plain value as YAML text. What is in it twice is written out twice, since aliases are not read back. */
export function writeYaml(value: object): string {
  return stringify(value, { lineWidth: 110, aliasDuplicateObjects: false });
}
