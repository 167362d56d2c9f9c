/** What kinds have in common that move several machines at once: settings, and a side that a change of moves them to. */
import { armIdOf, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import type { RecoveryPlanInputs } from "../kinds/recovery-plan.ts";
import { kinds } from "../kinds/registry.ts";
import { noteNewMover, unknownDrillNotices } from "./announced-work.ts";
import { compareSettings, holdsUnknown, replacedBy } from "./compare-settings.ts";
import type { Handler, Live, Work } from "./handler.ts";
import { announcePlanMove, movePlan } from "./move-plan.ts";
import { goneFromEngine, known, type SettingsKind, settingsHandler } from "./settings-handler.ts";
import { plain, said } from "../message.ts";

interface Moving {
  activeLocation?: ActiveLocation;
}

/** What runs now is not changed under it. Throws `Busy`. */
export function requireIdle(engine: Engine, id: string): void {
  const found = engine.findThing(id);
  if (!found) return;
  const { underWay } = engine.plans.view(id);
  if (underWay === undefined) return;
  const message = said`The ${plain(kinds[found.kind].title)} ${nameOf(id)} cannot be changed now: its ${underWay} is under way.
      Wait for its end.`;
  throw new SiteRecoveryError("Busy", message, { target: id });
}

interface Movement<Inputs> {
  /** The plan that arguments come to. */
  planOf(id: string, inputs: Inputs): RecoveryPlanInputs;
  /** What is done when the settings are written, before machines are moved. */
  prepare?(inputs: Inputs, work: Work): Promise<void>;
}

export function movingHandler<Inputs extends Moving, Outputs extends object>(
  engine: Engine,
  settings: SettingsKind<Inputs, Outputs>,
  { planOf, prepare }: Movement<Inputs>,
): Handler<Inputs, Outputs> {
  const { kind, withDefaults } = settings;
  const base = settingsHandler(engine, settings);
  const move = async (
    id: string,
    last: Inputs,
    wanted: Inputs,
    work: Work,
  ): Promise<Live<Inputs, Outputs>> => {
    await prepare?.(wanted, work);
    await movePlan(engine, id, { last: planOf(id, last), wanted: planOf(id, wanted) }, work);
    return (await base.read(id))!;
  };
  return {
    ...base,
    diff: async (id, last, wanted) => {
      const found = engine.findThing<Inputs>(id);
      if (!found) return goneFromEngine(kind, id);
      // Where machines run is never compared with live: only a change of the program's own text counts.
      const live = { ...found.inputs };
      delete live.activeLocation;
      if (last.activeLocation !== undefined) live.activeLocation = last.activeLocation;
      const full = withDefaults(wanted);
      const changes = compareSettings(full, live, withDefaults(last));
      // Of the groups as an update keeps them: with the paths of scripts resolved.
      const { properties } = planOf(id, full);
      const wish = { last: planOf(id, last), wanted: { ...planOf(id, wanted), properties } };
      const notices = await announcePlanMove(engine, id, wish, !holdsUnknown(wanted));
      return { changes, replaces: replacedBy(changes, kind.immutable), notices };
    },
    announceCreation: async (wanted) => {
      const id = armIdOf(kind, wanted);
      const last = { ...wanted };
      delete last.activeLocation;
      const wish = { last: planOf(id, last), wanted: planOf(id, withDefaults(wanted)) };
      const side = known(wanted.activeLocation);
      noteNewMover(engine, id, side);
      const notices = await announcePlanMove(engine, id, wish, !holdsUnknown(wanted));
      return [...notices, ...unknownDrillNotices(engine, id, side)];
    },
    create: async (wanted, work) => {
      const { id } = await base.create(wanted, work);
      const last = { ...wanted };
      delete last.activeLocation;
      return move(id, last, wanted, work);
    },
    update: async (id, last, wanted, work) => {
      await base.update(id, last, wanted, work);
      return move(id, last, wanted, work);
    },
    delete: async (id, work) => {
      requireIdle(engine, id);
      const lastJob = engine.findThing(id) && engine.plans.view(id).lastJob;
      if (lastJob && !["Succeeded", "Cancelled"].includes(lastJob.state)) {
        await engine.plans.cancel(lastJob.id, work);
      }
      await base.delete(id, work);
    },
  };
}
