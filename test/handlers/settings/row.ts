/** What a setting is to people who change it: one of four, as a row of its kind's table. */
import { expect } from "vitest";
import { handlerOf } from "../../../provider/handlers/registry.ts";
import type { KindName } from "../../../provider/kinds/kind.ts";
import { quiet } from "../../engine/fixture.ts";
import type { FlowSite } from "../../engine/flow-site.ts";

/** A thing of the kind in a living world. */
export interface World {
  readonly site: FlowSite;
  readonly id: string;
  /** The arguments that the thing has. */
  readonly inputs: object;
}

/** Changes the row's setting as a program does: checked, previewed, updated. `undefined` takes it away. */
export interface Changed extends World {
  change(to: unknown): Promise<void>;
}

export type Row =
  | { readonly is: "replaces" }
  /** Recorded, and its description says so. */
  | { readonly is: "label"; readonly why: string; readonly to: unknown }
  | { readonly is: "refused"; readonly to: unknown; readonly words: RegExp }
  /** Looks at the world before and after the change. */
  | {
      readonly is: "behaviour";
      readonly shows: (changed: Changed) => Promise<void>;
      readonly alone: boolean;
    };

export type Rows = Readonly<Record<string, Row>>;

/** The worlds that a kind's rows are tried in, by the beginning of their paths; the longest that fits counts. */
export interface Table {
  readonly worlds: Readonly<Record<string, () => Promise<World>>>;
  readonly rows: Rows;
}

/** A change asks for another thing: Pulumi replaces it. */
export const replaces: Row = { is: "replaces" };

/** It changes no behaviour, for a reason. `to`: another value than a text. */
export function label(why: string, to: unknown = "other"): Row {
  return { is: "label", why, to };
}

/** Another value than the one that fits is refused, and nothing changes. */
export function refused(to: unknown, words: RegExp): Row {
  return { is: "refused", to, words };
}

/** A change is seen in the world; the settings are put back after it. */
export function behaviour(shows: (changed: Changed) => Promise<void>): Row {
  return { is: "behaviour", shows, alone: false };
}

/** The same in a world of its own, where the look leaves something behind. */
export function behaviourAlone(shows: (changed: Changed) => Promise<void>): Row {
  return { is: "behaviour", shows, alone: true };
}

/** The same row for several settings. */
export function each(paths: readonly string[], row: Row, under = ""): Rows {
  return Object.fromEntries(paths.map((path) => [`${under}${path}`, row]));
}

/** The argument that a path leads to, without its choice; lists are one value. */
export function argumentOf(path: string): string {
  return path
    .replace(/\([^)]*\)/g, "")
    .replace(/\[\].*$/, "")
    .replace(/\*$/, "x");
}

type Values = Record<string, unknown>;

/** The arguments with another value at a place. */
export function withValue(inputs: object, argument: string, to: unknown): object {
  const [key, ...rest] = argument.split(".");
  const { [key!]: own, ...others } = inputs as Values;
  const inner = rest.length === 0 ? to : withValue((own ?? {}) as Values, rest.join("."), to);
  return inner === undefined ? others : { ...others, [key!]: inner };
}

export function changeOf(kind: KindName, path: string, world: World): Changed["change"] {
  const argument = argumentOf(path);
  const { site, id } = world;
  let last = world.inputs;
  return async (to) => {
    const handler = handlerOf(kind, site.engine);
    const wanted = withValue(last, argument, to);
    const [failure] = await handler.check(wanted);
    if (failure !== undefined) throw new Error(`${failure.property} ${failure.reason}`);
    const { changes, replaces: replaced } = await handler.diff(id, last, wanted);
    const named = changes.map(({ property }) => property).filter((property) => property.startsWith(argument));
    expect(named, `${path} in a preview`).not.toEqual([]);
    expect(replaced, `${path} in a preview`).toEqual([]);
    await handler.update(id, last, wanted, quiet);
    last = wanted;
  };
}
