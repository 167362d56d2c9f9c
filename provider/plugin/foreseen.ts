import { armIdOf } from "../arm-id.ts";
import { unknownValue } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import { outputSchemaOf } from "../schemas/json-schema.ts";
import type { Kept } from "../pulumi/lifecycle-call.ts";
import type { Properties } from "../pulumi/resource-state.ts";

/**
 * What a preview knows of a resource that is going to be made or changed: its name and type, and its id when all
 * the names in it are known. All else comes of the work.
 */
export function foreseen(kind: Kind, wanted: Properties): Kept {
  const outputs = Object.keys(outputSchemaOf(kind.kind).properties ?? {});
  const state: Properties = Object.fromEntries(outputs.map((output) => [output, unknownValue]));
  state["name"] = wanted[kind.nameArgument] ?? unknownValue;
  state["type"] = kind.armType;
  const names = ["resourceGroupName", ...Array.from(kind.path.matchAll(/\{(\w+)\}/g), ([, name]) => name!)];
  const isKnown = names.every((name) => typeof wanted[name] === "string" && wanted[name] !== unknownValue);
  return { id: isKnown ? armIdOf(kind, wanted) : "", state };
}
