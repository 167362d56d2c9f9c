/** One kind's provider over the kind's handler; see deliver.ts. */
import type * as pulumi from "@pulumi/pulumi";
import type { Kind } from "../kinds/kind.ts";
import { HalfDone } from "../pulumi/half-done.ts";
import { closed, closedState } from "../pulumi/closed-values.ts";
import {
  adoptKey,
  lastInputsKey,
  secretPathsKey,
  timeoutsKey,
  unnamedKey,
  urnKey,
} from "../pulumi/reserved-keys.ts";
import { ResourceLifecycle } from "../pulumi/resource-lifecycle.ts";
import { presentable } from "../pulumi/presentable.ts";
import { type Properties, urnOf, wantedOf } from "../pulumi/resource-state.ts";
import type { Calling, Surroundings } from "../pulumi/lifecycle-call.ts";
import { type TimeLimit, WorkLimits } from "../pulumi/work-limits.ts";
import type { SecretValues } from "../pulumi/secret-values.ts";
import { hostError } from "./host-error.ts";
import { toldSecrets } from "./told-secrets.ts";
import { toldTimeLimit } from "./told-time-limit.ts";

type Host = Required<pulumi.dynamic.ResourceProvider>;

/** Errors made for the host, without the secrets among the arguments. */
async function forHost<T>(work: Promise<T>, secrets: SecretValues): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HalfDone)) throw hostError(error, undefined, secrets);
    throw hostError(error.cause, { id: error.id, properties: error.state }, secrets);
  }
}

/** What the resource class passed on. */
function toldOf(properties: Properties): Properties {
  const told = [urnKey, timeoutsKey, secretPathsKey].map((key) => [key, properties[key]] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== ""));
}

export class Delivery implements Host {
  readonly #lifecycle: ResourceLifecycle;
  readonly #kind: Kind;
  readonly #limits: WorkLimits;
  #home: string | undefined;

  constructor(kind: Kind, surroundings: Surroundings, limits = new WorkLimits(surroundings.clock)) {
    this.#kind = kind;
    this.#lifecycle = new ResourceLifecycle(kind, surroundings);
    this.#limits = limits;
  }

  /** `siterecovery:home` in the stack's configuration is the engine's home folder. */
  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.#home = config.get("siterecovery:home");
  }

  /**
   * Runs a call about a resource, of which `properties` are the arguments, or the state if the call brings no others.
   * `option` is the one that limits its time. `before` is the state that arguments are compared with. `id` is the resource's.
   */
  #attend<T>(
    properties: Properties,
    { option, before = {}, id }: { option?: TimeLimit["option"]; before?: Properties; id?: string },
    run: (calling: Calling, secrets: SecretValues) => Promise<T>,
  ): Promise<T> {
    const limit = option && toldTimeLimit(properties, option);
    const secrets = toldSecrets(this.#kind, properties, before);
    if (id !== undefined) secrets.addPlain(id);
    const told = { shown: secrets.shown, isSecret: (path: string) => secrets.isWithin(path) };
    const adopts = properties[adoptKey] === true;
    const calling = { urn: urnOf(properties), home: this.#home, adopts, kept: toldOf(properties), ...told };
    const work = this.#limits.attend(limit, (signal) => run({ ...calling, signal }, secrets));
    return forHost(work, secrets);
  }

  /** Which arguments are secret in the program. */
  #secretOf(inputs: Properties): Pick<Calling, "secretPaths"> {
    return { secretPaths: () => toldSecrets(this.#kind, inputs).paths };
  }

  /** The arguments with the name that the resource has, whatever becomes of its logical name. */
  #named(olds: Properties, { [unnamedKey]: isUnnamed, ...news }: Properties): Properties {
    const name = olds[this.#kind.nameArgument];
    return isUnnamed === undefined || name === undefined
      ? news
      : { ...news, [this.#kind.nameArgument]: name };
  }

  async check(olds: Properties, given: Properties): Promise<pulumi.dynamic.CheckResult> {
    const news = this.#named(olds, given);
    const failures = await this.#attend(news, {}, (calling) =>
      this.#lifecycle.check(calling, wantedOf(news)),
    );
    const secrets = toldSecrets(this.#kind, news);
    const told = failures.map((one) => presentable(one, { kind: this.#kind.kind, news, secrets }));
    return { inputs: news, failures: told };
  }

  async diff(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    const sides = { state: olds, wanted: wantedOf(news) };
    const urn = urnOf(news) || urnOf(olds);
    const found = await this.#attend(news, { before: olds, id }, (calling) =>
      this.#lifecycle.diff({ ...calling, urn, ...this.#secretOf(news) }, id, sides),
    );
    const { changes, replaces, deleteBeforeReplace } = found;
    return {
      changes: changes.length > 0 || found.textChanges.length > 0,
      replaces: [...replaces],
      deleteBeforeReplace,
    };
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const { id, state } = await this.#attend(inputs, { option: "create" }, (calling) =>
      this.#lifecycle.create({ ...calling, ...this.#secretOf(inputs) }, wantedOf(inputs)),
    );
    return { id, outs: state };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    const sides = { state: olds, wanted: wantedOf(news) };
    const { state } = await this.#attend(news, { option: "update", before: olds, id }, (calling) =>
      this.#lifecycle.update({ ...calling, ...this.#secretOf(news) }, id, sides),
    );
    return { outs: state };
  }

  async read(id: string, props: Properties = {}): Promise<pulumi.dynamic.ReadResult> {
    // What is only read (the option `id`) has no state, and no program of this stack's says what of it is secret.
    const before = props[lastInputsKey] === undefined ? {} : { before: wantedOf(props) };
    return this.#attend(props, { option: "read", id }, async (calling, secrets) => {
      const told: Calling = {
        ...calling,
        keepSecret: (paths, values) => secrets.addAt(paths, values),
        holdsSecrets: () => secrets.holdsAny,
      };
      const found = await this.#lifecycle.read(told, id, { state: props, ...before });
      if (!found) return { id: "", props: {} };
      const own = toldOf(props);
      const state = { ...closedState(this.#kind, found.state, secrets), ...own };
      return { id: found.id, props: state, inputs: { ...closed(found.inputs, secrets), ...own } };
    });
  }

  async delete(id: string, props: Properties): Promise<void> {
    await this.#attend(props, { option: "delete", id }, (calling) =>
      this.#lifecycle.delete(calling, id, props),
    );
  }
}
