/**
 * Holds a definition against what it was made from: each thing of the source has to be declared by it, with the same
 * arguments. What is not equal is reported, so that a definition is not taken for more than it is.
 */
import { isDeepStrictEqual } from "node:util";
import { armIdOf, subscriptionlessKey } from "../arm-id.ts";
import { kinds } from "../kinds/registry.ts";
import type { FoundThing, Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";

function idOf({ kind, inputs }: FoundThing): string {
  try {
    return subscriptionlessKey(armIdOf(kinds[kind], inputs));
  } catch {
    return "";
  }
}

/** Arguments that only say where a thing registered from; the embedded engine has no use for them. */
const leftAlone =
  /(^|\.)(\w*IdentityInput(\.\w+)*|machineId|biosId|location|virtualMachineId|tier|instanceType)$/;

/** Ids compare without their subscription, and all texts without regard to letter case. */
function comparable(value: unknown): unknown {
  return typeof value === "string" ? subscriptionlessKey(value) : value;
}

/** Paths of arguments that differ. */
function differences(found: unknown, declared: unknown, path: string): string[] {
  if (leftAlone.test(path) || found === undefined) return [];
  if (Array.isArray(found) && Array.isArray(declared) && found.length === declared.length)
    return found.flatMap((one, index) => differences(one, declared[index], `${path}[${index}]`));
  if (isRecord(found) && isRecord(declared))
    return Object.keys(found).flatMap((key) =>
      differences(found[key], declared[key], path === "" ? key : `${path}.${key}`),
    );
  return isDeepStrictEqual(comparable(found), comparable(declared)) ? [] : [path];
}

export function compareThings(found: readonly FoundThing[], declared: readonly FoundThing[]): string[] {
  const byId = new Map(
    declared.map((thing) => [idOf(thing), JSON.parse(JSON.stringify(thing.inputs)) as Values]),
  );
  return found.flatMap((thing): string[] => {
    const { title, nameArgument } = kinds[thing.kind];
    const name = `the ${title} ${String(thing.inputs[nameArgument])}`;
    const same = byId.get(idOf(thing));
    if (!same) return [`${name} is not declared under that id: a definition gives it another name or place`];
    return differences(thing.inputs, same, "").map((path) => `${name}: ${path} is not carried over`);
  });
}
