/** Storage accounts and networks that machines use and the source does not declare: a definition declares them. */
import type { StackMachine } from "../stack/stack-definition.ts";
import type { StackMigration } from "../stack/stack-migration.ts";
import type { StackSite } from "../stack/stack-site.ts";
import { isName } from "./things-of.ts";

export interface Users {
  readonly machines: readonly StackMachine[];
  readonly migrations: readonly StackMigration[];
  readonly sites: readonly StackSite[];
}

export function accountsIn({ machines, migrations }: Users): string[] {
  return [...machines, ...migrations].flatMap(({ storageAccount }) => storageAccount ?? []);
}

/** Networks of the recovery side in Azure. */
export function networksIn({ machines, migrations, sites }: Users): string[] {
  const mapped = sites.flatMap(({ networkMappings = [] }) =>
    networkMappings.filter(({ site }) => site === undefined).map(({ to }) => to),
  );
  return [
    ...mapped,
    ...machines.flatMap(({ network }) => network ?? []),
    ...migrations.flatMap(({ network, testNetwork }) =>
      [network, testNetwork].filter((one) => one !== undefined),
    ),
  ];
}

/** What is declared, and by its name alone what is only used; each of those with a note. */
export function withUsed<Declared extends { readonly name: string }>(
  declared: readonly Declared[],
  names: readonly string[],
  title: string,
  notes: string[],
): Declared[] {
  const all = [...declared];
  for (const name of names) {
    if (name === "" || all.some((one) => isName(one.name, name))) continue;
    all.push({ name } as Declared);
    notes.push(
      `the ${title} ${name} is used, and not declared by the source: the definition declares it by its name`,
    );
  }
  return all;
}
