/**
 * What the diffs of this run have announced of each machine. A drill and a failover of one machine exclude each other,
 * and Pulumi asks about them one by one: the second one that is asked about is refused, whichever it is.
 */
import { idKey, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../engine/protected-item/item.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { type Message, plain, said } from "../message.ts";

interface Announced {
  readonly moves: Map<string, ActiveLocation>;
  /** Names of drills that are to be started. */
  readonly drills: Map<string, string>;
}

const announced = new WeakMap<Engine, Announced>();

function announcedOf(engine: Engine): Announced {
  const known = announced.get(engine) ?? { moves: new Map(), drills: new Map() };
  announced.set(engine, known);
  return known;
}

/** Notes where a machine is going to be moved; `undefined` if it stays. */
export function noteMove(engine: Engine, itemId: string, side: ActiveLocation | undefined): void {
  const { moves } = announcedOf(engine);
  if (side === undefined) moves.delete(idKey(itemId));
  else moves.set(idKey(itemId), side);
}

/** Notes that a drill of a machine is going to be started; `undefined` if none is. */
export function noteDrill(engine: Engine, itemId: string, drillName: string | undefined): void {
  const { drills } = announcedOf(engine);
  if (drillName === undefined) drills.delete(idKey(itemId));
  else drills.set(idKey(itemId), drillName);
}

/** Says how to end a running drill, which a program has declared or a command has started. */
function endItFirst(engine: Engine, name: string, drillId: string | undefined): Message {
  const isOfPlan = drillId !== undefined && engine.findThing(drillId)?.kind !== "drill";
  if (isOfPlan) {
    const plan = nameOf(drillId);
    return said`${name} cannot be moved while a test of the plan ${plan} runs. Run \`siterecovery plan clean-up ${plan}\` and then this again.`;
  }
  const drill = drillId === undefined ? undefined : said` ${nameOf(drillId)}`;
  if (drillId === undefined || engine.owners.of(drillId) === undefined)
    return said`${name} cannot be moved while its drill${drill} runs. Run \`siterecovery clean-up ${name}\` and then this again.`;
  return said`${name} cannot be moved while its drill${drill} runs, and Pulumi removes a drill only after all moves.
      Run \`siterecovery clean-up ${name}\` and then this again, with the drill left out of the program.
      Or leave the drill out in an update of its own, before activeLocation changes.`;
}

/**
 * Throws `ActionNotAllowed` for a machine that is to be moved while a drill of it runs, or is started by the same
 * update. Pulumi deletes what a program leaves out after all updates, so that no update can end the drill first.
 */
export function requireNoDrill(engine: Engine, { id, details, testFailoverState }: ProtectedItem): void {
  const name = nameOf(id);
  if (testFailoverState !== "None") {
    throw new SiteRecoveryError("ActionNotAllowed", endItFirst(engine, name, details.testMachine?.drillId), {
      target: id,
    });
  }
  const started = announcedOf(engine).drills.get(idKey(id));
  if (started === undefined) return;
  const message = said`${name} cannot be moved by the update that starts its drill ${started}. Leave the drill out of the program, or
      move the machine in an update of its own.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
}

/** Why a drill cannot be started once this run's moves are made; `undefined` if they leave its machine where it is. */
export function drillRefusal(engine: Engine, item: ProtectedItem): Message | undefined {
  const name = nameOf(item.id);
  const side = announcedOf(engine).moves.get(idKey(item.id));
  if ((side ?? item.activeLocation) === "primary") return undefined;
  const why = plain(
    side === undefined ? "runs at the recovery side" : "is moved to the recovery side by this update",
  );
  return said`${name} ${why}, and a drill tests a machine that runs at the primary side; leave the drill out of the
      program`;
}
