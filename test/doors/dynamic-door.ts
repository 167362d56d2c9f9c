import { Delivery } from "../../provider/dynamic/delivery.ts";
import { HostError } from "../../provider/dynamic/host-error.ts";
import { policyKind } from "../../provider/kinds/policy.ts";
import { type Changes, type Door, DoorFailure, type Kept, type Values } from "./door.ts";
import type { PolicyWorld } from "./policy-world.ts";

const type = "pulumi-nodejs:dynamic/siterecovery:ReplicationPolicy";

/** What the resource class makes of the arguments. */
function ofClass(news: Values, logicalName: string): Values {
  const own = { __provider: "exports.handler = …", __urn: `urn:pulumi:dev::proj::${type}::${logicalName}` };
  return "policyName" in news
    ? { ...news, ...own }
    : { ...news, policyName: logicalName, __unnamed: true, ...own };
}

async function telling<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const kept = error.id === undefined ? undefined : { id: error.id, state: error.properties! };
    throw new DoorFailure(error.message, error.reasons ?? [], kept);
  }
}

/** The door for TypeScript programs without a plugin, called as Pulumi's host of dynamic providers calls it. */
export class DynamicDoor implements Door {
  readonly told: string[];
  logicalName = "gold";
  readonly #delivery: Delivery;

  constructor(world: PolicyWorld) {
    this.told = world.told;
    this.#delivery = new Delivery(policyKind, world.surroundings);
  }

  async check(olds: Values, news: Values): ReturnType<Door["check"]> {
    const given = ofClass(news, this.logicalName);
    const { inputs, failures } = await telling(this.#delivery.check(olds, given));
    return { inputs: inputs as Values, failures: failures ?? [] };
  }

  async diff({ id, state }: Kept, { inputs }: { inputs: Values }): Promise<Changes> {
    const answer = await telling(this.#delivery.diff(id, state, inputs));
    return {
      changes: answer.changes === true,
      replaces: answer.replaces ?? [],
      deleteBeforeReplace: answer.deleteBeforeReplace === true,
    };
  }

  async create(inputs: Values): Promise<Kept> {
    const { id, outs } = await telling(this.#delivery.create(inputs));
    return { id, state: outs as Values };
  }

  async update({ id, state }: Kept, { inputs }: { inputs: Values }): Promise<Kept> {
    return { id, state: (await telling(this.#delivery.update(id, state, inputs))).outs as Values };
  }

  async read({ id, state }: Kept): ReturnType<Door["read"]> {
    const found = await telling(this.#delivery.read(id, state));
    if (found.id === "" || found.id === undefined) return undefined;
    return { id: found.id, state: found.props as Values, inputs: found.inputs as Values };
  }

  delete({ id, state }: Kept): Promise<void> {
    return telling(this.#delivery.delete(id, state));
  }

  close(): void {
    // It has nothing open.
  }
}
