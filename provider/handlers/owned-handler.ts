/**
 * Ownership on the handlers' floor: a handler that keeps things apart by the resource that owns each of them. Calls
 * without an owner (commands, definitions that are applied without a stack) go straight through.
 */
import { Notice } from "./notice.ts";
import { armIdOf, idNames } from "../arm-id.ts";
import type { Engine, OwnerRow, Thing } from "../engine/engine.ts";
import { stackOfUrn } from "../urn.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import type { DiffAnswer, Handler, Live, Work } from "./handler.ts";
import { mayChange, mayDelete, type Owner, type OwnerMark } from "./owner.ts";
import {
  changedByAnother,
  existsOtherwise,
  leftAloneNotice,
  newHomeNotice,
  otherHome,
  ownedByAnother,
  sharedNotice,
} from "./ownership-errors.ts";
import { eitherSecret, hasNewSecrets, secretInForce, secretOf } from "./noted-secrets.ts";
import { keepsId, requireReplicaMayGo, requireUnused } from "./replacement.ts";
import { known } from "./settings-handler.ts";
import { plain, said } from "../message.ts";

type Answer = Live<object, object>;

/** Where machines run is no setting that must be equal: it changes by a failover only. */
const moves = ["activeLocation", "migrated"] as const;

export class OwnedHandler implements Handler {
  readonly kind: Handler["kind"];
  readonly withDefaults: Handler["withDefaults"];
  readonly check: Handler["check"];
  readonly announceCreation: NonNullable<Handler["announceCreation"]>;
  readonly #handler: Handler;
  readonly #engine: Engine;

  constructor(handler: Handler, engine: Engine) {
    this.kind = handler.kind;
    this.withDefaults = (wanted) => handler.withDefaults(wanted);
    this.check = (wanted) => handler.check(wanted);
    this.announceCreation = async (wanted) => {
      if (
        idNames(handler.kind).some((name) => known((wanted as Record<string, unknown>)[name]) === undefined)
      )
        return [];
      const isThere = engine.findThing(armIdOf(handler.kind, wanted)) !== undefined;
      return isThere ? [] : ((await handler.announceCreation?.(wanted)) ?? []);
    };
    this.#handler = handler;
    this.#engine = engine;
  }

  /** The owner of a thing. Throws `ActionNotAllowed` when the resource's thing was made in the engine of another home. */
  #held(id: string, { kept }: Owner): OwnerRow | undefined {
    const held = this.#engine.owners.of(id);
    const isElsewhere =
      kept !== undefined && kept.engine !== this.#engine.engineId && kept.home !== this.#engine.homeFolder;
    // A home that was rebuilt elsewhere from a copy has the same marks.
    if (isElsewhere && held?.mark !== kept.mark) throw otherHome(this.kind, id, kept, this.#engine);
    return held;
  }

  #marked(live: Answer, { mark, secretPaths }: OwnerRow): Answer {
    const known = secretPaths === undefined ? live : { ...live, secretPaths };
    if (mark === undefined) return known;
    const { engineId: engine, homeFolder: home } = this.#engine;
    return { ...known, mark: { engine, home, mark } };
  }

  /** Runs work in the name of a claim, and notes its end, and what is secret from then on. */
  async #work(
    claim: OwnerRow,
    { id, owner }: { id: string; owner: Owner },
    run: () => Promise<Answer>,
  ): Promise<Answer> {
    const live = await run();
    if (await this.#engine.owners.settle(id, claim, secretOf(owner, claim.secretPaths)))
      return this.#marked(live, claim);
    throw ownedByAnother(this.kind, id, this.#engine.owners.of(id) ?? claim, this.#ownerless(claim));
  }

  #ownerless({ urn }: OwnerRow): Owner {
    return { urn, adopts: false, declared: new Map(), notify: () => undefined };
  }

  readonly create: Handler["create"] = async (wanted, work) => {
    const { owner } = work;
    if (!owner) return this.#handler.create(wanted, work);
    const id = armIdOf(this.kind, wanted);
    const found = this.#engine.findThing<object>(id);
    const held = this.#engine.owners.of(id);
    if (held && held.urn !== owner.urn && !owner.adopts) throw ownedByAnother(this.kind, id, held, owner);
    // A creation that was interrupted resumes where it stopped.
    const isBegun = held?.urn === owner.urn && held.madeAt === undefined;
    if (found && !isBegun) return this.#takeOver({ id, held, live: found.inputs }, wanted, owner, work);
    const { owners } = this.#engine;
    const secret = eitherSecret(owner, owners.secretPaths(id));
    const claim = owners.claim(id, owner.urn, { ...secret, mark: owners.newMark() });
    try {
      return await this.#work(claim, { id, owner }, () => this.#handler.create(wanted, work));
    } catch (error) {
      if (!this.#engine.findThing(id)) await owners.release(id);
      throw error;
    }
  };

  /** What exists becomes the resource's: as it is, or with the program's settings where the program adopts it. */
  async #takeOver(
    { id, held, live }: { id: string; held: OwnerRow | undefined; live: object },
    wanted: object,
    owner: Owner,
    work: Work,
  ): Promise<Answer> {
    const full = this.withDefaults(wanted) as Record<string, unknown>;
    const side = Object.fromEntries(moves.flatMap((key) => (key in full ? [[key, full[key]]] : [])));
    const now: Record<string, unknown> = { ...live };
    for (const key of moves) delete now[key];
    const changes = compareSettings(full, { ...now, ...side }, live);
    const fixed = replacedBy(changes, this.kind.immutable);
    const differing = owner.adopts ? fixed[0] : changes[0]?.property;
    if (differing !== undefined) throw existsOtherwise(this.kind, id, differing, owner);
    if (held && held.urn !== owner.urn) {
      owner.notify(new Notice("warning", said`it was taken over from ${held.urn}`));
    } else {
      const text = said`the ${plain(this.kind.title)} existed already with these settings, and was kept as it is`;
      owner.notify(new Notice("info", text));
    }
    const { owners } = this.#engine;
    const secret = eitherSecret(owner, owners.secretPaths(id));
    const claim = owners.claim(id, owner.urn, { ...secret, mark: owners.newMark() });
    // The program's text has not changed, and so nothing moves.
    return this.#work(claim, { id, owner }, () => this.#handler.update(id, wanted, wanted, work));
  }

  readonly diff: Handler["diff"] = async (id, last, wanted, owner) => {
    if (!owner) return this.#handler.diff(id, last, wanted);
    const held = this.#held(id, owner);
    const answer = await this.#handler.diff(id, last, wanted);
    const { kept, urn } = owner;
    if (!this.#engine.findThing(id)) return this.#withNewHome(answer, id, kept);
    if (held && !mayChange(held, owner)) {
      if (owner.adopts) return { ...answer, needsMark: true };
      return { ...answer, notices: [...answer.notices, sharedNotice(this.kind, id, held)] };
    }
    if (answer.replaces.length > 0 && owner.declared.has(urn)) {
      requireReplicaMayGo(this.#engine, this.kind, id, owner);
      if (keepsId(this.kind, id, wanted)) requireUnused(this.#engine, this.kind, id, answer.replaces[0]!);
    }
    if (held?.urn !== urn) this.#claimFor(id, held, owner);
    const isUnmarked = held?.mark !== undefined && held.mark !== kept?.mark;
    const needsMark = isUnmarked || hasNewSecrets(owner, this.#engine.owners.secretPaths(id));
    return needsMark ? { ...answer, needsMark } : answer;
  };

  /** The first resource that has a thing in its state owns it; a resource that was renamed still does. */
  #claimFor(id: string, held: OwnerRow | undefined, owner: Owner): void {
    const { urn, kept } = owner;
    const mark = held?.mark ?? kept?.mark;
    const madeAt = held?.madeAt ?? this.#engine.findThing(id)!.createdAt;
    const { owners } = this.#engine;
    const secret = secretInForce(owner, owners.secretPaths(id));
    owners.claim(id, urn, { ...secret, ...(mark === undefined ? {} : { mark }), madeAt });
  }

  #withNewHome(answer: DiffAnswer, id: string, kept: OwnerMark | undefined): DiffAnswer {
    if (kept === undefined || kept.engine === this.#engine.engineId) return answer;
    return { ...answer, notices: [newHomeNotice(this.kind, id, kept, this.#engine)] };
  }

  readonly read: Handler["read"] = async (id, owner) => {
    const found = await this.#handler.read(id);
    if (!owner) return found;
    const held = this.#held(id, owner);
    if (!found) return undefined;
    const secretPaths = this.#engine.owners.secretPaths(id) ?? [];
    const live = { ...found, secretPaths };
    if (owner.adopts && held?.urn !== owner.urn) {
      if (held) owner.notify(new Notice("warning", said`it was taken over from ${held.urn}`));
      const { owners } = this.#engine;
      const madeAt = this.#engine.findThing(id)!.createdAt;
      const known = { ...secretInForce({}, secretPaths), mark: owners.newMark(), madeAt };
      return this.#marked(live, owners.claim(id, owner.urn, known));
    }
    if (held && mayChange(held, owner)) return this.#marked(live, held);
    return owner.kept ? { ...live, mark: owner.kept } : live;
  };

  readonly update: Handler["update"] = async (id, last, wanted, work) => {
    const { owner } = work;
    if (!owner) return this.#handler.update(id, last, wanted, work);
    const held = this.#held(id, owner);
    const isOwn = mayChange(held, owner);
    if (held && !isOwn && !owner.adopts) throw changedByAnother(this.kind, id, held);
    const { owners } = this.#engine;
    const mark = (isOwn ? (held?.mark ?? owner.kept?.mark) : undefined) ?? owners.newMark();
    const claim = owners.claim(id, owner.urn, {
      ...held,
      ...eitherSecret(owner, owners.secretPaths(id)),
      mark,
    });
    return this.#work(claim, { id, owner }, () => this.#handler.update(id, last, wanted, work));
  };

  readonly delete: Handler["delete"] = async (id, work) => {
    const { owner } = work;
    if (!owner) return this.#handler.delete(id, work);
    const held = this.#held(id, owner);
    if (held && !mayDelete(held, owner)) return owner.notify(leftAloneNotice(this.kind, id, held, owner));
    // A program that still declares what is deleted replaces it.
    const isReplaced = owner.declared.has(owner.urn);
    if (isReplaced) requireReplicaMayGo(this.#engine, this.kind, id, owner);
    const isLeftBehind = (thing: Thing): boolean => !isReplaced && this.#isLeftBehind(thing, owner);
    return this.#handler.delete(id, { ...work, isLeftBehind });
  };

  /** Whether a thing is of the resource's stack, whose program does not declare it any more (`deletedWith`). */
  #isLeftBehind(thing: Thing, owner: Owner): boolean {
    const held = this.#engine.owners.of(thing.id);
    return (
      held !== undefined && stackOfUrn(held.urn) === stackOfUrn(owner.urn) && !owner.declared.has(held.urn)
    );
  }
}
