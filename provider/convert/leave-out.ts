/** What no definition can declare: migrations, and what only migrations need. */
import { sameId } from "../arm-id.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { type FoundThing, type FoundThings, recordAt, textAt } from "./found-thing.ts";
import { propertiesOf, referred } from "./things-of.ts";

const leftOut: readonly KindName[] = ["migration-item"];

function isMigrationPolicy({ kind, inputs }: FoundThing): boolean {
  const settings = recordAt(propertiesOf(inputs), "providerSpecificInput");
  return kind === "policy" && settings["instanceType"] === "VMwareCbt";
}

/** The things that a definition can declare, and sentences about the others. */
export function leaveOut(things: readonly FoundThing[]): FoundThings {
  const policies = things
    .filter(isMigrationPolicy)
    .flatMap(({ inputs }) => textAt(inputs, kinds.policy.nameArgument) ?? []);
  const isOfMigrations = ({ kind, inputs }: FoundThing): boolean => {
    const policy = kind === "container-mapping" ? referred(propertiesOf(inputs), "policyId") : undefined;
    return policy !== undefined && policies.some((name) => sameId(name, policy));
  };
  const isLeft = (thing: FoundThing): boolean =>
    leftOut.includes(thing.kind) || isMigrationPolicy(thing) || isOfMigrations(thing);
  return {
    things: things.filter((thing) => !isLeft(thing)),
    notes: things.filter(isLeft).map(({ kind, inputs }) => {
      const { title, nameArgument } = kinds[kind];
      return `the ${title} ${String(inputs[nameArgument])} is left out: a definition declares no migrations; declare it in a program`;
    }),
  };
}
