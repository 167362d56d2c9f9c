/** A program that declares what a definition stands for, resource by resource, through either of Pulumi's doors. */
import { kinds } from "../../provider/kinds/registry.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { Declaration } from "../../provider/stack/declaration.ts";
import { readStack } from "../../provider/stack/read-stack.ts";

/** Its relative folders count from the project's, where Pulumi runs the program. */
export async function declarationsIn(folder: string): Promise<Declaration[]> {
  const home = process.cwd();
  process.chdir(folder);
  try {
    return declarationsOf(readStack("siterecovery.yaml"));
  } finally {
    process.chdir(home);
  }
}

/** `from` is the module of the resource classes; `options` are more options by logical name. */
export function declaredProgram(
  declarations: readonly Declaration[],
  { from, options = {} }: { from: string; options?: Record<string, object> },
): string {
  const lines = declarations.map(({ logicalName, kind, inputs, dependsOn }) => {
    const key = JSON.stringify(logicalName);
    const after = dependsOn.map((name) => `made[${JSON.stringify(name)}]`).join(", ");
    const more = JSON.stringify(options[logicalName] ?? {});
    const args = `${key}, ${JSON.stringify(inputs)}, { dependsOn: [${after}], ...${more} }`;
    return `made[${key}] = new sr.${kinds[kind].className}(${args});`;
  });
  return [`import * as sr from ${JSON.stringify(from)};`, "const made = {};", ...lines, ""].join("\n");
}
