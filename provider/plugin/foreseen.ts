import { unknownValue } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import { outputSchemaOf } from "../schemas/json-schema.ts";
import type { Properties } from "../pulumi/resource-state.ts";

/**
 * What a preview knows of a resource that is going to be made or changed: its name and type. All else comes of the
 * work. The id is not told even where all its names are known: programs take a resource with an id for one that is
 * there, and would look it up.
 */
export function foreseen(kind: Kind, wanted: Properties): Properties {
  const outputs = Object.keys(outputSchemaOf(kind.kind).properties ?? {});
  const state: Properties = Object.fromEntries(outputs.map((output) => [output, unknownValue]));
  state["name"] = wanted[kind.nameArgument] ?? unknownValue;
  state["type"] = kind.armType;
  return state;
}
