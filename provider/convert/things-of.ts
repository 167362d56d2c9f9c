/** Things by kind, and by the site that they belong to. */
import { nameOf } from "../arm-id.ts";
import type { KindName } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { type FoundThing, recordAt, textAt, type Values } from "./found-thing.ts";

export class ThingsOf {
  readonly #things: readonly FoundThing[];
  readonly #azureNames: ReadonlyMap<Values, string | undefined>;

  constructor(things: readonly FoundThing[]) {
    this.#things = things;
    this.#azureNames = new Map(things.map(({ inputs, azureName }) => [inputs, azureName]));
  }

  /** The arguments of all things of a kind; of those in a fabric only, where one is named. */
  all(kind: KindName, fabric?: string): Values[] {
    return this.#things
      .filter((thing) => thing.kind === kind)
      .map(({ inputs }) => inputs)
      .filter((inputs) => fabric === undefined || isName(textAt(inputs, "fabricName"), fabric));
  }

  /** What Azure calls a thing, where the definition gives it another name. */
  azureNameOf(inputs: Values): string | undefined {
    return this.#azureNames.get(inputs);
  }

  nameOf(kind: KindName, inputs: Values): string {
    return textAt(inputs, kinds[kind].nameArgument) ?? "";
  }
}

export function isName(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase();
}

/** The last part of an id of a thing's properties. */
export function referred(from: Values, key: string): string | undefined {
  const id = textAt(from, key);
  return id === undefined ? undefined : nameOf(id);
}

/** The name in an id that follows a type: of a fabric, of a container. */
export function partOf(id: string | undefined, type: string): string | undefined {
  return id === undefined ? undefined : new RegExp(`/${type}/([^/]+)`, "i").exec(id)?.[1];
}

export const propertiesOf = (inputs: Values): Values => recordAt(inputs, "properties");
