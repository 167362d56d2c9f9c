/** Pulumi states of definitions, and what definitions declare, for tests of the conversion. */
import path from "node:path";
import { kinds } from "../../provider/kinds/registry.ts";
import { declarationsOf } from "../../provider/stack/declare.ts";
import type { StackDefinition } from "../../provider/stack/stack-definition.ts";

export const file = path.resolve("siterecovery.yaml");

/** The state of a stack that a definition's resources make. */
export function stateOf(
  definition: StackDefinition,
  token = (name: string) => `siterecovery:index:${name}`,
): string {
  const resources = declarationsOf({ file, definition }).map(({ kind, logicalName, inputs }) => ({
    urn: `urn:pulumi:dev::dr::${token(kinds[kind].className)}::${logicalName}`,
    custom: true,
    type: token(kinds[kind].className),
    inputs: { ...inputs, __urn: "urn", __provider: "text" },
  }));
  return JSON.stringify({ version: 3, deployment: { resources } });
}

export const declared = (definition: StackDefinition): unknown =>
  JSON.parse(
    JSON.stringify(
      declarationsOf({ file, definition }).sort((one, other) =>
        one.logicalName < other.logicalName ? -1 : 1,
      ),
    ),
  );
