/** One kind's provider over the kind's handler; see deliver.ts. */
import type * as pulumi from "@pulumi/pulumi";
import type { CheckFailure } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import { HalfDone } from "../pulumi/half-done.ts";
import { unnamedKey, urnKey } from "../pulumi/reserved-keys.ts";
import { ResourceLifecycle } from "../pulumi/resource-lifecycle.ts";
import { presentable } from "../pulumi/presentable.ts";
import { type Properties, urnOf, wantedOf } from "../pulumi/resource-state.ts";
import type { Calling, Surroundings } from "../pulumi/lifecycle-call.ts";
import { hostError } from "./host-error.ts";
import { toldSecrets } from "./told-secrets.ts";

type Host = Required<pulumi.dynamic.ResourceProvider>;

/** Errors made for the host, without the secrets among the arguments. */
async function forHost<T>(work: Promise<T>, news: Properties = {}): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { conceal } = toldSecrets(news);
    if (!(error instanceof HalfDone)) throw hostError(error, undefined, conceal);
    throw hostError(error.cause, { id: error.id, properties: error.state }, conceal);
  }
}

export class Delivery implements Host {
  readonly #lifecycle: ResourceLifecycle;
  readonly #nameArgument: string;
  #home: string | undefined;

  constructor(kind: Kind, surroundings: Surroundings) {
    this.#nameArgument = kind.nameArgument;
    this.#lifecycle = new ResourceLifecycle(kind, surroundings);
  }

  /** `siterecovery:home` in the stack's configuration is the engine's home folder. */
  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.#home = config.get("siterecovery:home");
  }

  #calling(properties: Properties): Calling {
    const { conceal } = toldSecrets(properties);
    return { urn: urnOf(properties), home: this.#home, keepsUrn: true, conceal };
  }

  /** The arguments with the name that the resource has, whatever becomes of its logical name. */
  #named(olds: Properties, { [unnamedKey]: isUnnamed, ...news }: Properties): Properties {
    const name = olds[this.#nameArgument];
    return isUnnamed === undefined || name === undefined ? news : { ...news, [this.#nameArgument]: name };
  }

  async check(olds: Properties, given: Properties): Promise<pulumi.dynamic.CheckResult> {
    const news = this.#named(olds, given);
    const failures = await forHost(this.#lifecycle.check(this.#calling(news), wantedOf(news)), news);
    const secrets = toldSecrets(news);
    const shown = failures.map((one): CheckFailure => {
      // Pulumi shows the value of the property that is named.
      const { property, reason } = presentable(one, secrets.touches(one.property) ? {} : news);
      return { property, reason: secrets.conceal(reason) };
    });
    return { inputs: news, failures: shown };
  }

  async diff(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const sides = { state: olds, wanted: wantedOf(news) };
    const urn = urnOf(news) || urnOf(olds);
    const found = await forHost(this.#lifecycle.diff({ ...this.#calling(news), urn }, id, sides), news);
    const { changes, replaces, deleteBeforeReplace } = found;
    return {
      changes: changes.length > 0 || found.textChanges.length > 0,
      replaces: [...replaces],
      deleteBeforeReplace,
    };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const { id, state } = await forHost(
      this.#lifecycle.create(this.#calling(inputs), wantedOf(inputs)),
      inputs,
    );
    return { id, outs: state };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    const sides = { state: olds, wanted: wantedOf(news) };
    const { state } = await forHost(this.#lifecycle.update(this.#calling(news), id, sides), news);
    return { outs: state };
  }

  async read(id: string, props: Properties = {}): Promise<pulumi.dynamic.ReadResult> {
    const found = await forHost(this.#lifecycle.read(this.#calling(props), id, { state: props }));
    if (!found) return { id: "", props: {} };
    const urn = urnOf(props);
    return {
      id: found.id,
      props: found.state,
      inputs: { ...found.inputs, ...(urn === "" ? {} : { [urnKey]: urn }) },
    };
  }

  async delete(id: string, props: Properties): Promise<void> {
    await forHost(this.#lifecycle.delete(this.#calling(props), id));
  }
}
