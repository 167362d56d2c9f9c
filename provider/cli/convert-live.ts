/** A definition of what an engine has now, as the handlers read it. */
import { armIdOf, idKey } from "../arm-id.ts";
import { type Conversion, definitionOf } from "../convert/convert.ts";
import { leaveOutSecrets } from "../convert/leave-out-secrets.ts";
import type { FoundThing } from "../convert/found-thing.ts";
import type { Engine } from "../engine/engine.ts";
import type { Live } from "../handlers/handler.ts";
import { movingPlan } from "../handlers/moved-by-plan.ts";
import { handlerOf } from "../handlers/registry.ts";
import type { KindName } from "../kinds/kind.ts";
import { argumentName } from "../kinds/argument-name.ts";
import { kinds } from "../kinds/registry.ts";
import type { Declaration } from "../stack/declaration.ts";

/** A machine is where it really runs, also if a person moved it there, unless its plan says where. */
function withLocation(
  engine: Engine,
  { id, inputs, outputs }: Live<object, object>,
): Record<string, unknown> {
  const said = inputs as Record<string, unknown>;
  const { activeLocation } = outputs as { activeLocation?: string };
  const isSilent = said["activeLocation"] === undefined && activeLocation === "primary";
  return isSilent || movingPlan(engine, id) ? said : { ...said, activeLocation };
}

/** The location of what was given none, which a definition does not say. */
function withoutDefaultLocation({ location, ...inputs }: Record<string, unknown>): Record<string, unknown> {
  return location === undefined || location === "embedded" ? inputs : { ...inputs, location };
}

/** Its own id, which another name in the definition does not change. */
interface LiveThing extends FoundThing {
  readonly id: string;
}

/** What an earlier version did not note is not known to be secret. */
function isSecretIn(engine: Engine, id: string): (value: unknown, path: string) => boolean {
  const noted = engine.owners.secretPaths(id) ?? [];
  return (_, path) => noted !== "unknown" && noted.includes(path);
}

async function liveThings(engine: Engine): Promise<{ things: LiveThing[]; notes: string[] }> {
  const things: LiveThing[] = [];
  const notes: string[] = [];
  for (const kind of Object.keys(kinds) as KindName[]) {
    for (const { id } of engine.listThings({ kind })) {
      const live = await handlerOf(kind, engine).read(id);
      if (live === undefined) continue;
      const all = kind === "protected-item" ? withLocation(engine, live) : { ...live.inputs };
      const { inputs, notes: ofSecrets } = leaveOutSecrets(kind, all, isSecretIn(engine, id));
      notes.push(...ofSecrets);
      things.push({ kind, id, inputs: withoutDefaultLocation(inputs) });
    }
  }
  return { things, notes };
}

/** What the definition would change in the engine, which is what could not be carried over; nothing, as a rule. */
async function shortcomings(
  engine: Engine,
  things: readonly FoundThing[],
  declared: readonly Declaration[],
): Promise<string[]> {
  const notes: string[] = [];
  const byId = new Map(declared.map((one) => [idKey(armIdOf(kinds[one.kind], one.inputs)), one.inputs]));
  for (const thing of things) {
    const { kind, inputs } = thing;
    const id = armIdOf(kinds[kind], inputs);
    const name = `the ${kinds[kind].title} ${String(inputs[kinds[kind].nameArgument])}`;
    const wanted = byId.get(idKey(id));
    if (wanted === undefined)
      notes.push(`${name} is not declared under that id: a definition gives it another name or place`);
    // What the definition gives another name is another thing to the engine; a note says so.
    else if (!("id" in thing) || idKey(String(thing.id)) === idKey(id)) {
      const { changes } = await handlerOf(kind, engine).diff(id, wanted, wanted);
      const isSecret = isSecretIn(engine, id);
      const lost = changes.filter(({ property, from }) => !isSecret(from, property));
      notes.push(...lost.map(({ property }) => `${name}: ${argumentName(property)} is not carried over`));
    }
  }
  return notes;
}

/** Throws `InvalidInput` where there is no vault. */
export async function convertLive(
  engine: Engine,
  options: { readonly file: string; readonly vault?: string | undefined },
): Promise<Conversion> {
  const found = await liveThings(engine);
  const { definition, things, declared, notes } = definitionOf(found, "The engine", options);
  if (declared === undefined) return { definition, notes };
  return { definition, notes: [...notes, ...(await shortcomings(engine, things, declared))] };
}
