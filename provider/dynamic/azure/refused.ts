/** Saying that Azure cannot do what is declared: what, where, why, and what to do instead. */
import * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../../kinds/kind.ts";

/** A declaration as messages name it. */
export interface Declared {
  readonly kind: Kind;
  readonly name: string;
}

/** An error that Pulumi shows as its message alone. */
export function refused(
  { kind, name }: Declared,
  property: string | undefined,
  why: string,
): pulumi.RunError {
  const what =
    property === undefined ? `The ${kind.title} ${name}` : `${property} of the ${kind.title} ${name}`;
  return new pulumi.RunError(`${what} cannot be declared for the target azure: ${why}`);
}
