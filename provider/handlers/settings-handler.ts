/**
 * The handler of every kind that is settings and nothing more: vault, fabric, policy, mapping, plan. What
 * differs is a `SettingsKind`, one a file; the flow observe → ensure → return is written here once.
 */
import { Notice } from "./notice.ts";
import { armIdOf, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { Kind } from "../kinds/kind.ts";
import { kinds } from "../kinds/registry.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import { type CheckFailure, type Handler, type Live, unknownValue } from "./handler.ts";
import { plain, said } from "../message.ts";
import { argumentName } from "../kinds/argument-name.ts";

/** A thing that must be there before this one can be made. */
export interface Reference {
  readonly property: string;
  readonly kind: Kind;
  readonly id: string;
}

export interface SettingsKind<Inputs extends object, Outputs extends object> {
  readonly kind: Kind;
  /** The arguments with defaults filled in, as the engine keeps them. */
  withDefaults(inputs: Inputs): Inputs;
  references(inputs: Inputs): readonly Reference[];
  outputs(engine: Engine, id: string, inputs: Inputs): Outputs | Promise<Outputs>;
  /** Rules beyond the schema. */
  rules?(inputs: Inputs): readonly CheckFailure[];
  /** Last word before the settings are written: throws what is wrong with them as things stand. */
  require?(engine: Engine, id: string, inputs: Inputs): Promise<void> | void;
}

/** The parent of a thing, as a reference. */
export function parentReference(kind: Kind, property: string, inputs: object): Reference {
  return { property, kind, id: armIdOf(kind, inputs) };
}

function requireReferences(engine: Engine, references: readonly Reference[], id: string): void {
  for (const reference of references) {
    const found = engine.findThing(reference.id);
    if (found?.kind === reference.kind.kind) continue;
    const message = said`${nameOf(id)} needs the ${plain(reference.kind.title)} "${nameOf(reference.id)}" (${plain(argumentName(reference.property))}),
        and there is none: ${reference.id}. Declare it, and let this resource depend on it.`;
    throw new SiteRecoveryError("MissingReference", message, { target: id, property: reference.property });
  }
}

export function settingsHandler<Inputs extends object, Outputs extends object>(
  engine: Engine,
  settings: SettingsKind<Inputs, Outputs>,
): Handler<Inputs, Outputs> {
  const { kind } = settings;
  const live = async (id: string, inputs: Inputs): Promise<Live<Inputs, Outputs>> => ({
    id,
    inputs,
    outputs: await settings.outputs(engine, id, inputs),
  });
  const ensure = async (id: string, wanted: Inputs): Promise<Live<Inputs, Outputs>> => {
    const inputs = settings.withDefaults(wanted);
    requireReferences(engine, settings.references(inputs), id);
    await settings.require?.(engine, id, inputs);
    await engine.putThing(id, kind.kind, inputs);
    return live(id, inputs);
  };
  return {
    kind,
    withDefaults: (wanted) => settings.withDefaults(wanted),
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      return failures.length > 0 ? failures : (settings.rules?.(wanted) ?? []);
    },
    diff: async (id, last, wanted) => {
      const found = engine.findThing<Inputs>(id);
      if (!found) return goneFromEngine(kind, id);
      const changes = compareSettings(
        settings.withDefaults(wanted),
        found.inputs,
        settings.withDefaults(last),
      );
      return { changes, replaces: replacedBy(changes, kind.immutable), notices: [] };
    },
    read: async (id) => {
      const found = engine.findThing<Inputs>(id);
      return found ? live(found.id, found.inputs) : undefined;
    },
    create: async (wanted) => {
      const id = armIdOf(kind, wanted);
      const found = engine.findThing<Inputs>(id);
      if (found) {
        const changes = compareSettings(settings.withDefaults(wanted), found.inputs, found.inputs);
        if (changes.length > 0) throw alreadyExists(kind, id, changes[0]!.property);
      }
      return ensure(id, wanted);
    },
    update: (id, _last, wanted) => ensure(id, wanted),
    delete: async (id, work) => {
      const along = await engine.removeThing(id, work.isLeftBehind);
      if (along.length === 0) return;
      const names = along.map((thing) => `${kinds[thing.kind].title} ${nameOf(thing.id)}`).join(", ");
      const text = said`deleted with the ${plain(kind.title)} ${nameOf(id)}: ${names}, which no program declares any more`;
      work.owner?.notify(new Notice("info", text));
    },
  };
}

/** What diff says when the thing was deleted behind the program's back: update makes it again. */
export function goneFromEngine(kind: Kind, id: string): Awaited<ReturnType<Handler["diff"]>> {
  const text = said`the ${plain(kind.title)} ${nameOf(id)} was deleted outside of the program; it will be made again`;
  return {
    changes: [{ property: kind.nameArgument, from: undefined, to: nameOf(id), cause: "drift" }],
    replaces: [],
    notices: [new Notice("warning", text)],
  };
}

export function alreadyExists(kind: Kind, id: string, property: string): SiteRecoveryError {
  const message = said`A ${plain(kind.title)} "${nameOf(id)}" exists already and differs in ${plain(argumentName(property))}.
      Choose another name, or delete the one that exists first.`;
  return new SiteRecoveryError("AlreadyExists", message, { target: id, property });
}

/** A value that is known, or `undefined`: what is unknown in a preview is checked when it is known. */
export function known<T>(value: T | undefined): T | undefined {
  return value === unknownValue ? undefined : value;
}

/** Whether a setting is left out for sure: settings that are not known yet as a whole may have it. */
export function isMissing<Settings extends object>(
  settings: Settings | undefined,
  argument: keyof Settings,
): boolean {
  const isUnknown = settings !== undefined && known(settings) === undefined;
  return !isUnknown && settings?.[argument] === undefined;
}
