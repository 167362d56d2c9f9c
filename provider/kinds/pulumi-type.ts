/** From Pulumi's type tokens to kinds: of dynamic resources, of the plugin's, and of `@pulumi/azure-native`. */
import type { KindName } from "./kind.ts";
import { kinds } from "./registry.ts";

const patterns = [
  /^pulumi-nodejs:dynamic\/siterecovery:(\w+)$/,
  /^siterecovery:index:(\w+)$/,
  // Versions of the API have modules of their own: azure-native:recoveryservices/v20240401:Vault.
  /^azure-native:(?:recoveryservices|storage|network)(?:\/\w+)?:(\w+)$/,
];

const kindOfClass = new Map(Object.values(kinds).map(({ className, kind }) => [className, kind]));

/** The kind of a Pulumi type, or `undefined` for types of others. */
export function kindOfPulumiType(type: string): KindName | undefined {
  const className = patterns.flatMap((pattern) => pattern.exec(type)?.[1] ?? [])[0];
  return className === undefined ? undefined : kindOfClass.get(className);
}
