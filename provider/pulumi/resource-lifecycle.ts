/**
 * What Pulumi's doors have in common: from Pulumi's calls about a resource of one kind to the kind's handler, and
 * what is kept of it in Pulumi's state. The doors translate between Pulumi's messages and the plain values here.
 */
import { armIdOf, idNames, nameOf, sameId } from "../arm-id.ts";
import { hasCode, SiteRecoveryError, userErrorCodes } from "../errors.ts";
import { CheckFailure, type Handler, type Live, type Work } from "../handlers/handler.ts";
import type { Notice } from "../handlers/notice.ts";
import { actAs, personHere } from "../actor.ts";
import { stackOfUrn } from "../urn.ts";
import type { Owner, OwnerMark } from "../handlers/owner.ts";
import { keepsId } from "../handlers/replacement.ts";
import { type Message, said } from "../message.ts";
import type { Kind } from "../kinds/kind.ts";
import { announcement, announcements } from "./announcements.ts";
import { HalfDone } from "./half-done.ts";
import { type ReportDetail, ThinnedProgress } from "../progress.ts";
import type { Calling, Difference, Kept, Surroundings } from "./lifecycle-call.ts";
import { ownerKey } from "./reserved-keys.ts";
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
    const { urn, signal, shown = String } = calling;
    // Pulumi shows every line in a log that is not a terminal, and does not say which it is.
    const progress = new ThinnedProgress<string | Message>(clock, (line) =>
      link.tell(urn, "info", shown(line), "passing"),
    );
    const report = (line: string | Message, detail?: ReportDetail): void => progress.report(line, detail);
    const work = { report, ...(signal ? { signal } : {}) };
    try {
      signal?.throwIfAborted();
      const handler = await this.#surroundings.connect(this.#kind.kind, calling.home);
      const stack = stackOfUrn(urn);
      return await (stack === ""
        ? run(handler, work)
        : actAs(`stack ${stack} by ${personHere()}`, () => run(handler, work)));
    } finally {
      await link.settled();
    }
  }

  #state(live: Live<object, object>, kept: KeptInputs, { holdsSecrets, kept: own }: Calling): Kept {
    const holdSecrets = holdsSecrets?.() ?? false;
    const keys = { ...own, [ownerKey]: live.mark };
    return { id: live.id, state: stateOf(this.#kind, live.outputs, { ...kept, holdSecrets }, keys) };
  }

  /** The resource as the owner of its thing; `undefined` if Pulumi did not say which resource it is. */
  #owner(calling: Calling, id: string, state: Properties): Owner | undefined {
    const { urn, adopts = false, shown = String, secretPaths } = calling;
    if (urn === "") return undefined;
    const { declared, link } = this.#surroundings;
    const notify = (notice: Notice): void => {
      const { severity, said } = announcement(id, notice);
      link.tell(urn, severity, shown(said));
    };
    const kept = state[ownerKey] as OwnerMark | undefined;
    return { urn, kept, adopts, declared, notify, ...(secretPaths && { secretPaths: secretPaths() }) };
  }

  /** Work in the name of the resource. */
  #owned(work: Work, calling: Calling, id: string, state: Properties): Work {
    const owner = this.#owner(calling, id, state);
    return owner ? { ...work, owner } : work;
  }

  /** Refuses secret names: Pulumi keeps and shows a resource's id in the clear, and has no way to make it secret. */
  #secretNames({ isSecret = () => false }: Calling): CheckFailure[] {
    const reason = said`is secret and becomes a part of the id, which Pulumi keeps and shows in the clear.
        Use a name that may be seen, or say in the program that this one may be: \`pulumi.unsecret(…)\`.`;
    return idNames(this.#kind)
      .filter(isSecret)
      .map((name) => new CheckFailure(name, reason));
  }

  /** A preview asks no more about what will be created than this, so that it is also told here what that would do. */
  async #checkBy(handler: Handler, calling: Calling, wanted: Properties): Promise<readonly CheckFailure[]> {
    const failures = await handler.check(wanted);
    if (failures.length > 0) return failures;
    const { urn, shown = String } = calling;
    for (const { severity, said } of (await handler.announceCreation?.(wanted)) ?? [])
      this.#surroundings.link.tell(urn, severity, shown(said));
    return [];
  }

  async check(calling: Calling, wanted: Properties): Promise<readonly CheckFailure[]> {
    const allowsReplicaDeletion = wanted["allowReplicaDeletion"] === true;
    if (calling.urn !== "") this.#surroundings.declared.set(calling.urn, { allowsReplicaDeletion });
    const found = await this.#attend(calling, (handler) =>
      this.#checkBy(handler, calling, wanted).catch((error: unknown) => {
        if (!(error instanceof SiteRecoveryError)) throw error;
        return [new CheckFailure(error.property ?? "", error.said)];
      }),
    );
    return [...this.#secretNames(calling), ...found];
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
      const owner = this.#owner(calling, id, state);
      const answer = await handler.diff(id, lastOf(last, attempted, wanted), wanted, owner);
      const { link } = this.#surroundings;
      const { urn, shown = String } = calling;
      for (const { severity, said } of announcements(id, answer)) link.tell(urn, severity, shown(said));
      // Also where nothing of ours replaces: the user may have asked for it (replaceOnChanges).
      const deleteBeforeReplace = keepsId(this.#kind, id, wanted);
      // A change of the program's text alone is also recorded by an update: the next change is compared with it.
      const changes = textChanges(handler, last, wanted);
      const marks = answer.needsMark === true ? [ownerKey] : [];
      return { ...answer, textChanges: [...changes, ...marks], deleteBeforeReplace };
    });
  }

  /** Throws `HalfDone` when it stopped on its way. */
  async create(calling: Calling, wanted: Properties): Promise<Kept> {
    return this.#attend(calling, async (handler, work) => {
      const kept = { last: wanted };
      try {
        const owned = this.#owned(work, calling, armIdOf(this.#kind, wanted), {});
        return this.#state(await handler.create(wanted, owned), kept, calling);
      } catch (error) {
        // Another owner's thing of the same name must not get into the state.
        if (hasCode(error, "AlreadyExists")) throw error;
        const half = { id: armIdOf(this.#kind, wanted), state: {} };
        throw await this.#halfDone(handler, half, error, kept, calling);
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
        const owned = this.#owned(work, calling, id, state);
        const live = await handler.update(id, lastOf(last, attempted, wanted), wanted, owned);
        return this.#state(live, { last: wanted }, calling);
      } catch (error) {
        if (isRefusal(error)) throw error;
        const kept = { last, attempted: wanted };
        throw await this.#halfDone(handler, { id, state }, error, kept, calling);
      }
    });
  }

  /** The error of work that stopped on its way: with what is there by now, so that the resource stays in the state. */
  async #halfDone(
    handler: Handler,
    { id, state }: Kept,
    error: unknown,
    kept: KeptInputs,
    calling: Calling,
  ): Promise<unknown> {
    const owner = this.#owner({ ...calling, adopts: false }, id, state);
    const found = await handler.read(id, owner).catch(() => undefined);
    return found ? new HalfDone(error, found.id, this.#state(found, kept, calling).state) : error;
  }

  /**
   * What is live, with the settings that the program speaks of in the shape of its arguments, or `undefined` if it is
   * gone. `before` is what the program wanted last time where the state does not say; nobody's, for an import.
   */
  async read(
    calling: Calling,
    id: string,
    { state, before }: { state: Properties; before?: Properties },
  ): Promise<(Kept & { inputs: Properties }) | undefined> {
    return this.#attend(calling, async (handler) => {
      const live = await handler.read(id, this.#owner(calling, id, state));
      if (!live) return undefined;
      const settings = live.inputs as Properties;
      calling.keepSecret?.(this.#secretPaths(live, before === undefined), settings);
      const last = keptInputs(this.#kind, state, before ?? settings);
      const kept = this.#state(live, { last, attempted: attemptedInputs(this.#kind, state) }, calling);
      return { ...kept, inputs: adopted(last, settings) };
    });
  }

  /** Paths of settings that are secret. Of an import of which nobody knows, each may be; a secret name was refused. */
  #secretPaths({ inputs, secretPaths = [] }: Live<object, object>, isImport: boolean): readonly string[] {
    if (secretPaths !== "unknown") return secretPaths;
    return isImport ? Object.keys(inputs).filter((argument) => !idNames(this.#kind).includes(argument)) : [];
  }

  async delete(calling: Calling, id: string, state: Properties): Promise<void> {
    const { shown = String } = calling;
    return this.#attend(calling, async (handler, work) => {
      try {
        await handler.delete(id, this.#owned(work, calling, id, state));
      } catch (error) {
        const isGone = hasCode(error, "NotFound");
        if (!isGone || !sameId(error.target ?? id, id)) throw error;
        this.#surroundings.link.tell(calling.urn, "info", shown(said`${nameOf(id)} was gone already`));
      }
    });
  }
}
