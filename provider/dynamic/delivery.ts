/** One kind's provider over the kind's handler; see deliver.ts. */
import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { armIdOf, nameOf, sameId } from "../arm-id.ts";
import type { Clock } from "../clock.ts";
import { SiteRecoveryError, userErrorCodes } from "../errors.ts";
import { type CheckFailure, type Handler, unknownValue, type Work } from "../handlers/handler.ts";
import type { Kind, KindName } from "../kinds/kind.ts";
import { announcements } from "./announcements.ts";
import type { EngineLink } from "./engine-link.ts";
import { hostError } from "./host-error.ts";
import { Progress } from "./progress.ts";
import { attemptedInputsKey, urnKey } from "./reserved-keys.ts";
import { adopted, keptInputs, lastOf, type Properties, stateOf, urnOf, wantedOf } from "./resource-state.ts";

export interface Surroundings {
  connect(kind: KindName, home?: string): Promise<Handler>;
  readonly link: EngineLink;
  readonly clock: Clock;
}

type Host = Required<pulumi.dynamic.ResourceProvider>;

/** Pulumi shows the value of the property, and for a path it shows `<nil>`: a path goes into the sentence instead. */
function presentable({ property, reason }: CheckFailure, news: Properties): CheckFailure {
  return property === "" || property in news
    ? { property, reason }
    : { property: "", reason: `${property}: ${reason}` };
}

/** A user's mistake is refused before anything is done. */
function isRefusal(error: unknown): boolean {
  return error instanceof SiteRecoveryError && (userErrorCodes as readonly string[]).includes(error.code);
}

export class Delivery implements Host {
  readonly #kind: Kind;
  readonly #surroundings: Surroundings;
  #home: string | undefined;

  constructor(kind: Kind, surroundings: Surroundings) {
    this.#kind = kind;
    this.#surroundings = surroundings;
  }

  /** `siterecovery:home` in the stack's configuration is the engine's home folder. */
  async configure({ config }: pulumi.dynamic.ConfigureRequest): Promise<void> {
    this.#home = config.get("siterecovery:home");
  }

  #handler(): Promise<Handler> {
    return this.#surroundings.connect(this.#kind.kind, this.#home);
  }

  /** Runs work of a handler with its lines shown under the resource, and errors made for the host. */
  async #attend<T>(urn: string, run: (handler: Handler, work: Work) => Promise<T>): Promise<T> {
    const { link, clock } = this.#surroundings;
    const progress = new Progress(clock, (line) => link.tell(urn, "info", line, "passing"));
    try {
      return await run(await this.#handler(), { report: (line) => progress.report(line) });
    } catch (error) {
      throw hostError(error);
    } finally {
      await link.settled();
    }
  }

  async check(_olds: Properties, news: Properties): Promise<pulumi.dynamic.CheckResult> {
    return this.#attend(urnOf(news), async (handler) => {
      const failures = await handler.check(wantedOf(news)).catch((error: unknown) => {
        if (!(error instanceof SiteRecoveryError)) throw error;
        return [{ property: error.property ?? "", reason: error.message }];
      });
      return { inputs: news, failures: failures.map((failure) => presentable(failure, news)) };
    });
  }

  async diff(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.DiffResult> {
    return this.#attend(urnOf(news), async (handler) => {
      const wanted = wantedOf(news);
      const last = lastOf(olds, wanted);
      const answer = await handler.diff(id, last, wanted);
      for (const { severity, text } of announcements(id, answer))
        this.#surroundings.link.tell(urnOf(news), severity, text);
      // A change of the program's text alone is also recorded by an update: the next change is told from it.
      const changes = answer.changes.length > 0 || !isDeepStrictEqual(wanted, keptInputs(olds, wanted));
      const replaces = [...answer.replaces];
      return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && this.#keepsId(id, wanted) };
    });
  }

  /** Whether the replacement is going to have the id of what it replaces, which must then make room first. */
  #keepsId(id: string, wanted: Properties): boolean {
    const names = [
      "resourceGroupName",
      ...Array.from(this.#kind.path.matchAll(/\{(\w+)\}/g), ([, name]) => name!),
    ];
    // What is not known yet is most likely what it was.
    const path = Object.fromEntries(names.map((name) => [name, wanted[name]]));
    if (Object.values(path).includes(unknownValue)) return true;
    return sameId(armIdOf(this.#kind, path), id);
  }

  async create(inputs: Properties): Promise<pulumi.dynamic.CreateResult> {
    const [wanted, urn] = [wantedOf(inputs), urnOf(inputs)];
    return this.#attend(urn, async (handler, work) => {
      try {
        const live = await handler.create(wanted, work);
        return { id: live.id, outs: stateOf(live.outputs, { last: wanted, urn }) };
      } catch (error) {
        // Somebody else's thing of the same name must not get into the state.
        if (error instanceof SiteRecoveryError && error.code === "AlreadyExists") throw error;
        const id = armIdOf(this.#kind, wanted);
        throw await this.#halfDone(handler, id, error, { last: wanted, urn });
      }
    });
  }

  async update(id: string, olds: Properties, news: Properties): Promise<pulumi.dynamic.UpdateResult> {
    const [wanted, urn] = [wantedOf(news), urnOf(news)];
    return this.#attend(urn, async (handler, work) => {
      try {
        const live = await handler.update(id, lastOf(olds, wanted), wanted, work);
        return { outs: stateOf(live.outputs, { last: wanted, urn }) };
      } catch (error) {
        if (isRefusal(error)) throw error;
        const kept = { last: keptInputs(olds, wanted), attempted: wanted, urn };
        throw await this.#halfDone(handler, id, error, kept);
      }
    });
  }

  /** The error of work that stopped on its way: with what is there by now, so that the resource stays in the state. */
  async #halfDone(
    handler: Handler,
    id: string,
    error: unknown,
    kept: { last: Properties; attempted?: Properties; urn: string },
  ): Promise<unknown> {
    const found = await handler.read(id).catch(() => undefined);
    return found ? hostError(error, { id: found.id, properties: stateOf(found.outputs, kept) }) : error;
  }

  async read(id: string, props: Properties = {}): Promise<pulumi.dynamic.ReadResult> {
    return this.#attend(urnOf(props), async (handler) => {
      const live = await handler.read(id);
      if (!live) return { id: "", props: {} };
      const last = keptInputs(props, live.inputs as Properties);
      const attempted = props[attemptedInputsKey] as Properties | undefined;
      const urn = urnOf(props);
      return {
        id: live.id,
        props: stateOf(live.outputs, { last, attempted, urn }),
        inputs: { ...adopted(last, live.inputs as Properties), ...(urn === "" ? {} : { [urnKey]: urn }) },
      };
    });
  }

  async delete(id: string, props: Properties): Promise<void> {
    return this.#attend(urnOf(props), async (handler, work) => {
      try {
        await handler.delete(id, work);
      } catch (error) {
        if (
          error instanceof SiteRecoveryError &&
          error.code === "NotFound" &&
          sameId(error.target ?? id, id)
        ) {
          this.#surroundings.link.tell(urnOf(props), "info", `${nameOf(id)} was gone already`);
          return;
        }
        throw error;
      }
    });
  }
}
