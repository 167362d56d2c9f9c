/**
 * What Pulumi's doors have in common: from Pulumi's calls about a resource of one kind to the kind's handler, and
 * what is kept of it in Pulumi's state. The doors translate between Pulumi's messages and the plain values here.
 */
import { armIdOf, idNames, nameOf, sameId } from "../arm-id.ts";
import { SiteRecoveryError, userErrorCodes } from "../errors.ts";
import { type CheckFailure, type Handler, type Live, unknownValue, type Work } from "../handlers/handler.ts";
import type { Kind } from "../kinds/kind.ts";
import { announcements } from "./announcements.ts";
import { HalfDone } from "./half-done.ts";
import { Progress } from "./progress.ts";
import type { Calling, Difference, Kept, Surroundings } from "./lifecycle-call.ts";
import {
  adopted,
  attemptedInputs,
  type KeptInputs,
  keptInputs,
  lastOf,
  type Properties,
  stateOf,
} from "./resource-state.ts";
import { textChanges } from "./text-changes.ts";

/** A user's mistake is refused before anything is done. */
function isRefusal(error: unknown): boolean {
  return error instanceof SiteRecoveryError && (userErrorCodes as readonly string[]).includes(error.code);
}

export class ResourceLifecycle {
  readonly #kind: Kind;
  readonly #surroundings: Surroundings;

  constructor(kind: Kind, surroundings: Surroundings) {
    this.#kind = kind;
    this.#surroundings = surroundings;
  }

  /** Runs work of a handler with its lines shown under the resource. */
  async #attend<T>(calling: Calling, run: (handler: Handler, work: Work) => Promise<T>): Promise<T> {
    const { link, clock } = this.#surroundings;
    const { urn, signal, conceal = (line: string) => line } = calling;
    const progress = new Progress(clock, (line) => link.tell(urn, "info", conceal(line), "passing"));
    const work = { report: (line: string) => progress.report(line), ...(signal ? { signal } : {}) };
    try {
      signal?.throwIfAborted();
      return await run(await this.#surroundings.connect(this.#kind.kind, calling.home), work);
    } finally {
      await link.settled();
    }
  }

  #state(live: Live<object, object>, kept: KeptInputs, { holdsSecrets, kept: own }: Calling): Kept {
    const holdSecrets = holdsSecrets?.() ?? false;
    return { id: live.id, state: stateOf(this.#kind, live.outputs, { ...kept, holdSecrets }, own) };
  }

  async check(calling: Calling, wanted: Properties): Promise<readonly CheckFailure[]> {
    return this.#attend(calling, (handler) =>
      handler.check(wanted).catch((error: unknown) => {
        if (!(error instanceof SiteRecoveryError)) throw error;
        return [{ property: error.property ?? "", reason: error.message }];
      }),
    );
  }

  /** `before` is what the program wanted last time where the state does not say. */
  async diff(
    calling: Calling,
    id: string,
    { state, wanted, before = wanted }: { state: Properties; wanted: Properties; before?: Properties },
  ): Promise<Difference> {
    return this.#attend(calling, async (handler) => {
      const last = keptInputs(this.#kind, state, before);
      const attempted = attemptedInputs(this.#kind, state);
      const answer = await handler.diff(id, lastOf(last, attempted, wanted), wanted);
      const { link } = this.#surroundings;
      const { urn, conceal = (line: string) => line } = calling;
      for (const { severity, text } of announcements(id, answer)) link.tell(urn, severity, conceal(text));
      const deleteBeforeReplace = answer.replaces.length > 0 && this.#keepsId(id, wanted);
      // A change of the program's text alone is also recorded by an update: the next change is told from it.
      const changes = textChanges(handler, last, wanted);
      return { ...answer, textChanges: changes, deleteBeforeReplace };
    });
  }

  /** Whether the replacement is going to have the id of what it replaces, which must then make room first. */
  #keepsId(id: string, wanted: Properties): boolean {
    // What is not known yet is most likely what it was.
    const path = Object.fromEntries(idNames(this.#kind).map((name) => [name, wanted[name]]));
    if (Object.values(path).includes(unknownValue)) return true;
    return sameId(armIdOf(this.#kind, path), id);
  }

  /** Throws `HalfDone` when it stopped on its way. */
  async create(calling: Calling, wanted: Properties): Promise<Kept> {
    return this.#attend(calling, async (handler, work) => {
      const kept = { last: wanted };
      try {
        return this.#state(await handler.create(wanted, work), kept, calling);
      } catch (error) {
        // Somebody else's thing of the same name must not get into the state.
        if (error instanceof SiteRecoveryError && error.code === "AlreadyExists") throw error;
        throw await this.#halfDone(handler, armIdOf(this.#kind, wanted), error, kept, calling);
      }
    });
  }

  /** Throws `HalfDone` when it stopped on its way. */
  async update(
    calling: Calling,
    id: string,
    { state, wanted, before = wanted }: { state: Properties; wanted: Properties; before?: Properties },
  ): Promise<Kept> {
    return this.#attend(calling, async (handler, work) => {
      const last = keptInputs(this.#kind, state, before);
      try {
        const attempted = attemptedInputs(this.#kind, state);
        const live = await handler.update(id, lastOf(last, attempted, wanted), wanted, work);
        return this.#state(live, { last: wanted }, calling);
      } catch (error) {
        if (isRefusal(error)) throw error;
        const kept = { last, attempted: wanted };
        throw await this.#halfDone(handler, id, error, kept, calling);
      }
    });
  }

  /** The error of work that stopped on its way: with what is there by now, so that the resource stays in the state. */
  async #halfDone(
    handler: Handler,
    id: string,
    error: unknown,
    kept: KeptInputs,
    calling: Calling,
  ): Promise<unknown> {
    const found = await handler.read(id).catch(() => undefined);
    return found ? new HalfDone(error, found.id, this.#state(found, kept, calling).state) : error;
  }

  /**
   * What is live, with the settings that the program speaks of in the shape of its arguments; nothing when it is
   * gone. `before` is what the program wanted last time where the state does not say; nobody's, for an import.
   */
  async read(
    calling: Calling,
    id: string,
    { state, before }: { state: Properties; before?: Properties },
  ): Promise<(Kept & { inputs: Properties }) | undefined> {
    return this.#attend(calling, async (handler) => {
      const live = await handler.read(id);
      if (!live) return undefined;
      const settings = live.inputs as Properties;
      const last = keptInputs(this.#kind, state, before ?? settings);
      const kept = this.#state(live, { last, attempted: attemptedInputs(this.#kind, state) }, calling);
      return { ...kept, inputs: adopted(last, settings) };
    });
  }

  async delete(calling: Calling, id: string): Promise<void> {
    return this.#attend(calling, async (handler, work) => {
      try {
        await handler.delete(id, work);
      } catch (error) {
        const isGone = error instanceof SiteRecoveryError && error.code === "NotFound";
        if (!isGone || !sameId(error.target ?? id, id)) throw error;
        this.#surroundings.link.tell(calling.urn, "info", `${nameOf(id)} was gone already`);
      }
    });
  }
}
