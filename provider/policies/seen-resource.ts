/**
 * Resources as policies see them, whatever made them: dynamic resources, the provider plugin, or
 * `@pulumi/azure-native`. Arguments have the same names and shapes in all three. What is not known in a preview is
 * `undefined` here: a policy says nothing of it until it is known.
 */
import { armIdOf, subscriptionlessKey } from "../arm-id.ts";
import type { Kind, KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";

export type Plain = { readonly [key: string]: unknown };

export interface SeenResource {
  readonly kind: KindName;
  readonly urn: string;
  readonly name: string;
  /** What the program asks for. */
  readonly inputs: Plain;
  /** What the last update or refresh found; empty before. */
  readonly outputs: Plain;
}

/** A copy without Pulumi's proxies, and without what is not known yet. */
export function toPlain(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map((_, index) => readPlain(value, index)).filter((one) => one !== undefined);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.keys(value).map((key) => [key, readPlain(value, key)] as const);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

function readPlain(holder: object, key: string | number): unknown {
  try {
    return toPlain((holder as Record<string | number, unknown>)[key]);
  } catch {
    // Pulumi's proxy throws where a value is not known in a preview.
    return undefined;
  }
}

/** The value at a path such as `properties.groups`; undefined where there is none. */
export function valueAt(from: Plain, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (value !== null && typeof value === "object" ? (value as Plain)[key] : undefined),
      from,
    );
}

export function textAt(from: Plain, path: string): string | undefined {
  const value = valueAt(from, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberAt(from: Plain, path: string): number | undefined {
  const value = valueAt(from, path);
  return typeof value === "number" ? value : undefined;
}

export function listAt(from: Plain, path: string): readonly Plain[] {
  const value = valueAt(from, path);
  return Array.isArray(value) ? (value as Plain[]) : [];
}

/** A resource's id in the form that is compared (`subscriptionlessKey`), or `undefined` while a part is not known. */
export function idOf({ kind, name, inputs }: SeenResource): string | undefined {
  const definition: Kind = kinds[kind];
  try {
    return subscriptionlessKey(armIdOf(definition, { [definition.nameArgument]: name, ...inputs }));
  } catch {
    return undefined;
  }
}
