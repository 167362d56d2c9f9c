/**
 * What the diffs of this run have announced of each machine. A drill and a failover of one machine exclude each other,
 * and Pulumi asks about them one by one: the second one that is asked about is refused, whichever it is.
 */
import { idKey, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ActiveLocation } from "../kinds/protected-item.ts";
import { joined, type Message, plain, said } from "../message.ts";
import { Notice } from "./notice.ts";

interface Announced {
  readonly moves: Map<string, ActiveLocation>;
  /** Names of drills that are to be started. */
  readonly drills: Map<string, string>;
  /** Names of what is new and moves machines to the recovery side as soon as it is made, by the key of its id. */
  readonly newMovers: Map<string, string>;
  /** Names of drills that are to be started of what is new as well, and not known yet. */
  readonly unknownDrills: Set<string>;
}

const announced = new WeakMap<Engine, Announced>();

function announcedOf(engine: Engine): Announced {
  const known = announced.get(engine) ?? {
    moves: new Map(),
    drills: new Map(),
    newMovers: new Map(),
    unknownDrills: new Set(),
  };
  announced.set(engine, known);
  return known;
}

/** Notes where a machine is going to be moved; `undefined` if it stays. */
export function noteMove(engine: Engine, itemId: string, side: ActiveLocation | undefined): void {
  const { moves } = announcedOf(engine);
  if (side === undefined) moves.delete(idKey(itemId));
  else moves.set(idKey(itemId), side);
}

/** Notes whether something new moves machines when it is made: machines that need not have an id yet. */
export function noteNewMover(engine: Engine, id: string, side: ActiveLocation | undefined): void {
  const { newMovers } = announcedOf(engine);
  if (side === "recovery") newMovers.set(idKey(id), nameOf(id));
  else newMovers.delete(idKey(id));
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
  requireNoNewDrill(engine, id);
}

/** The same for a machine that is not there yet. */
export function requireNoNewDrill(engine: Engine, itemId: string): void {
  const name = nameOf(itemId);
  const started = announcedOf(engine).drills.get(idKey(itemId));
  if (started === undefined) return;
  const message = said`${name} cannot be moved by the update that starts its drill ${started}. Leave the drill out of the program, or
      move the machine in an update of its own.`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: itemId });
}

/**
 * Why a drill cannot be started once this run's moves are made; `undefined` if they leave its machine where it is.
 * `now` is where the machine runs; `undefined` if it is not there yet.
 */
export function drillRefusal(
  engine: Engine,
  itemId: string,
  now: ActiveLocation | undefined,
): Message | undefined {
  const side = announcedOf(engine).moves.get(idKey(itemId));
  if ((side ?? now ?? "primary") === "primary") return undefined;
  const why = plain(
    side === undefined ? "runs at the recovery side" : "is moved to the recovery side by this update",
  );
  return said`${nameOf(itemId)} ${why}, and a drill tests a machine that runs at the primary side; leave the drill out of the
      program`;
}

const drillsTest =
  "A drill tests a machine that runs at the primary side; leave the drill out of the program";

/**
 * What a preview says of a drill whose machine or plan it does not know, as it is new in the same update: if it is one that
 * moves to the recovery side when it is made, the update refuses the drill after that.
 */
export function unknownSubjectNotices(engine: Engine, drillName: string): readonly Notice[] {
  const { newMovers, unknownDrills } = announcedOf(engine);
  unknownDrills.add(drillName);
  if (newMovers.size === 0) return [];
  const movers = joined([...newMovers.values()]);
  const text = said`${drillName}: this update makes ${movers} with activeLocation: recovery, and refuses the drill if it is of
      what that moves. ${plain(drillsTest)}`;
  return [new Notice("warning", text)];
}

/** The same where what moves several machines is asked about after the drill. */
export function unknownDrillNotices(
  engine: Engine,
  id: string,
  side: ActiveLocation | undefined,
): readonly Notice[] {
  const { unknownDrills } = announcedOf(engine);
  if (side !== "recovery" || unknownDrills.size === 0) return [];
  const drills = joined([...unknownDrills]);
  const text = said`${nameOf(id)}: this update starts ${drills}, and refuses to move a machine that one of them is of.
      ${plain(drillsTest)}`;
  return [new Notice("warning", text)];
}
