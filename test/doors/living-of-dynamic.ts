import * as pulumi from "@pulumi/pulumi";
import { expect } from "vitest";
import { Delivery } from "../../provider/dynamic/delivery.ts";
import { HostError } from "../../provider/dynamic/host-error.ts";
import { withWholeSecrets } from "../../provider/dynamic/whole-secrets.ts";
import { kinds } from "../../provider/kinds/registry.ts";
import { outputSchemaOf } from "../../provider/schemas/json-schema.ts";
import type { Kept, Values } from "./door.ts";
import type { Living, Scene, Where } from "./living.ts";
import { withValue } from "./secret-places.ts";

/** What the resource class hands to Pulumi: values without their wrappers, and the keys that are secret as a whole. */
async function registered(
  { kind, place }: Where,
  value: unknown,
): Promise<{ news: Values; shut: Set<string> }> {
  const outputs = Object.keys(outputSchemaOf(kind).properties ?? {});
  const given = withValue(kind, place, pulumi.secret(value as object));
  const marked = withWholeSecrets(kinds[kind], given, outputs);
  const settled = await Promise.all(
    Object.entries(marked).map(async ([key, one]) => [key, (await one) as unknown] as const),
  );
  const shut = new Set<string>();
  for (const [key, one] of settled)
    if (pulumi.Output.isInstance(one) && (await pulumi.isSecret(one))) shut.add(key);
  const { __secrets } = Object.fromEntries(settled);
  const news: Values = { ...withValue(kind, place, value), __secrets };
  return { news, shut };
}

export class OfDynamic implements Living {
  readonly #where: Where;
  readonly #scene: Scene;
  readonly #delivery: Delivery;
  #kept: Kept = { id: "", state: {} };
  /** Of the arguments, the keys that are secret: Pulumi's engine encrypts outputs of the same keys. */
  #shut = new Set<string>();

  constructor(where: Where, scene: Scene) {
    this.#where = where;
    this.#scene = scene;
    this.#delivery = new Delivery(kinds[where.kind], scene.surroundings);
  }

  async #checked(value: unknown): Promise<Values> {
    const { news, shut } = await registered(this.#where, value);
    const { inputs, failures } = await this.#delivery.check(this.#kept.state, { ...news, __urn: "urn" });
    expect(failures).toEqual([]);
    this.#shut = shut;
    this.#tellOpen(inputs as Values);
    return inputs as Values;
  }

  #tellOpen(values: Values): void {
    const open = Object.entries(values).filter(([key]) => !this.#shut.has(key));
    this.#scene.said.push(JSON.stringify(Object.fromEntries(open)));
  }

  #keep(id: string, state: Values): void {
    this.#kept = { id, state };
    this.#tellOpen(state);
  }

  #failed(error: unknown): void {
    const { message, stack = "" } = error as Error;
    this.#scene.said.push(message, stack);
    if (!(error instanceof HostError) || error.id === undefined) return;
    this.#scene.said.push(...error.reasons!);
    this.#keep(error.id, error.properties!);
  }

  async create(value: unknown): Promise<void> {
    const news = await this.#checked(value);
    try {
      const { id, outs } = await this.#delivery.create(news);
      this.#keep(id, outs as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async refresh(): Promise<void> {
    try {
      const { id, props, inputs } = await this.#delivery.read(this.#kept.id, this.#kept.state);
      this.#tellOpen(inputs as Values);
      this.#keep(id!, props as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async diff(value: unknown): Promise<void> {
    const news = await this.#checked(value);
    await this.#delivery
      .diff(this.#kept.id, this.#kept.state, news)
      .catch((error: unknown) => this.#failed(error));
  }

  async update(value: unknown): Promise<void> {
    const news = await this.#checked(value);
    try {
      const { outs } = await this.#delivery.update(this.#kept.id, this.#kept.state, news);
      this.#keep(this.#kept.id, outs as Values);
    } catch (error) {
      this.#failed(error);
    }
  }

  async delete(): Promise<void> {
    await this.#delivery
      .delete(this.#kept.id, this.#kept.state)
      .catch((error: unknown) => this.#failed(error));
  }
}
