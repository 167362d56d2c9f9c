/**
 * `activeLocation` is how a failover is declared: a change of the program's own text moves the machine, and
 * nothing else does. A machine that was moved outside of the program is reported and left alone.
 */
import type { SiteRecoveryError } from "../errors.ts";
import { Notice } from "./notice.ts";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { type FailoverKind, flows } from "../model/flows.ts";
import type { Move } from "../engine/failover/moves.ts";
import type { ProtectedItem } from "../model/item.ts";
import { routeTo } from "../model/route.ts";
import type { ItemAction } from "../model/transitions.ts";
import type { ActiveLocation, ProtectedItemInputs } from "../kinds/protected-item.ts";
import { noteMove, noteNewMover, requireNoDrill, requireNoNewDrill } from "./announced-work.ts";
import type { DiffAnswer, Work } from "./handler.ts";
import { known } from "./settings-handler.ts";
import { given, type Message, type Part, plain, said, suggestion } from "../message.ts";

/** More steps than any way through the table has; a longer walk is a bug, not a wait. */
const stepsMax = 10;

interface Wish {
  readonly last: ProtectedItemInputs;
  readonly wanted: ProtectedItemInputs;
}

/** Where the program wants a machine; one that says nothing wants it at the primary side. */
function sideOf({ activeLocation }: ProtectedItemInputs): ActiveLocation | undefined {
  return known(activeLocation ?? "primary");
}

function asksForMove({ last, wanted }: Wish): boolean {
  return sideOf(last) !== sideOf(wanted);
}

/** A commit that waits for the program, and the program now says `automatic`. */
function asksForCommit({ last, wanted }: Wish, item: ProtectedItem): boolean {
  const released = last.failover?.commit === "manual" && wanted.failover?.commit === "automatic";
  return released && item.activeLocation === sideOf(wanted);
}

/** How a machine is to be moved. */
export interface MoveOptions {
  readonly kind: FailoverKind;
  /** One of Azure's choices or a recovery point's name. Default `latest`. */
  readonly recoveryPoint?: string;
  /** `manual` stops where the machine waits for its commit at the wanted side. */
  readonly commit?: "automatic" | "manual";
  /** The host that a machine which is gone at the primary side is made on. */
  readonly toHost?: string;
  /** Whether disks that were changed at the primary side after the failover may be overwritten. */
  readonly discardPrimaryChanges?: boolean;
}

/** Carries out what the program's text asks for. */
export async function moveMachine(engine: Engine, id: string, wish: Wish, work: Work): Promise<void> {
  const side = sideOf(wish.wanted);
  if (side === undefined) return;
  if (!asksForMove(wish) && !asksForCommit(wish, engine.findItem(id)!)) return;
  const { kind = "planned", recoveryPoint, commit } = wish.wanted.failover ?? {};
  const options = { kind, ...(recoveryPoint ? { recoveryPoint } : {}), ...(commit ? { commit } : {}) };
  await moveTo(engine, id, side, options, work);
}

/** Moves a machine to a side, step by step along the table; each step is a job. There already is fine. */
export async function moveTo(
  engine: Engine,
  id: string,
  side: ActiveLocation,
  options: MoveOptions,
  work: Work,
): Promise<void> {
  for (let count = 0; count < stepsMax; count += 1) {
    const current = engine.findItem(id)!;
    const [step] = routeTo(side, current, options.kind);
    if (step === undefined) return;
    const waitsForCommit = current.state.endsWith("CommitPending") && current.activeLocation === side;
    if (waitsForCommit && options.commit === "manual") return;
    await engine.moves.run(id, moveOfStep(step, options), work);
  }
}

/** The engine's move that a step is. */
export function moveOfStep(step: ItemAction, options: MoveOptions): Move {
  const { kind, recoveryPoint = "latest", toHost, discardPrimaryChanges } = options;
  const host = {
    ...(toHost === undefined ? {} : { toHost }),
    ...(discardPrimaryChanges === true ? { discardPrimaryChanges } : {}),
  };
  if (step === "Commit") return { action: "commit" };
  if (step === "Failback") return { action: "failback", ...host };
  if (step === "ReverseReplicate") return { action: "reverseReplicate" };
  return { action: "failover", kind, recoveryPoint, ...host };
}

/** A preview promises nothing that an update refuses: what forbids it is looked at as the update would, and said. */
export function forbiddenNotices(id: string, refusals: readonly SiteRecoveryError[]): DiffAnswer["notices"] {
  const name = nameOf(id);
  return refusals.map(
    (refusal) => new Notice("warning", said`${name}: as things are now an update refuses this: ${refusal}`),
  );
}

/**
 * What a preview says of where a machine runs: what forbids the move that the program's text asks for, else the move, or
 * that it was moved outside of the program. Throws `ActionNotAllowed` if a drill of it has to go first.
 */
export async function announceMove(
  engine: Engine,
  item: ProtectedItem,
  wish: Wish,
): Promise<DiffAnswer["notices"]> {
  const side = sideOf(wish.wanted);
  const isMoved = side !== undefined && asksForMove(wish) && item.activeLocation !== side;
  noteMove(engine, item.id, isMoved ? side : undefined);
  if (isMoved) requireNoDrill(engine, item);
  const forbidden = await foreseeMove(engine, item, wish);
  return forbidden.length > 0 ? forbidden : describeMove(item, wish.last, wish.wanted);
}

/**
 * What a preview says of a machine that is protected and then moved by one update. Throws `ActionNotAllowed` if the update
 * starts a drill of it.
 */
export function announceFirstMove(
  engine: Engine,
  id: string,
  wanted: ProtectedItemInputs,
): DiffAnswer["notices"] {
  const side = sideOf(wanted);
  noteMove(engine, id, side === "recovery" ? side : undefined);
  noteNewMover(engine, id, side);
  if (side !== "recovery") return [];
  requireNoNewDrill(engine, id);
  const text = said`${failoverText(nameOf(id), wanted)}; the initial replication runs before it`;
  return [new Notice("info", text)];
}

/** What forbids the first step of the move that the program's text asks for; empty if nothing does, or none is asked for. */
async function foreseeMove(engine: Engine, item: ProtectedItem, wish: Wish): Promise<DiffAnswer["notices"]> {
  const side = sideOf(wish.wanted);
  if (side === undefined || (!asksForMove(wish) && !asksForCommit(wish, item))) return [];
  const { kind = "planned", recoveryPoint } = wish.wanted.failover ?? {};
  const [wantedKind, point] = [known(kind), known(recoveryPoint)];
  const step = wantedKind && routeTo(side, item, wantedKind)[0];
  if (step === undefined || wantedKind === undefined) return [];
  const options = { kind: wantedKind, ...(point === undefined ? {} : { recoveryPoint: point }) };
  const { refusals } = await engine.moves.foresee(item.id, moveOfStep(step, options));
  return forbiddenNotices(item.id, refusals);
}

/** In words: which failover a preview's update would run, or what was found moved and is left alone. */
function describeMove(
  item: ProtectedItem,
  last: ProtectedItemInputs,
  wanted: ProtectedItemInputs,
): DiffAnswer["notices"] {
  const name = nameOf(item.id);
  const side = sideOf(wanted);
  if (side === undefined) return [];
  if (asksForMove({ last, wanted })) {
    if (item.activeLocation === side) {
      return [new Notice("info", said`${name} runs at the ${side} side already; nothing will be moved`)];
    }
    return [new Notice("info", side === "recovery" ? failoverText(name, wanted) : wayBackText(item, wanted))];
  }
  if (item.activeLocation === side) return [];
  const move = item.details.lastMove;
  const when = move ? ` (${move.action}, ${new Date(move.endedAt).toISOString()})` : "";
  const text = said`${name} runs at the ${item.activeLocation} side, moved outside of this program${when}; the program says
      ${side}. It is left alone: \`pulumi up\` moves a machine only when activeLocation is changed in the program.
      Set activeLocation to ${item.activeLocation} to adopt what is, or run \`siterecovery
      ${side === "primary" ? "failback" : "failover"} ${name}\`.`;
  return [new Notice("warning", text)];
}

/** Words that follow from an argument. */
function follows(text: string, ...at: readonly string[]): Part {
  return given(text, at, text);
}

function comparison({ failover }: ProtectedItemInputs): Part {
  const text =
    failover?.verify === "never"
      ? ", which is not compared with the disks (failover.verify is never)"
      : ", which is compared with the disks";
  return { ...follows(text, "failover.verify"), instead: "" };
}

function failoverText(name: string, wanted: ProtectedItemInputs): Message {
  const kind = wanted.failover?.kind ?? "planned";
  const source =
    kind === "planned"
      ? said`the source is shut down first and a last delta is taken${comparison(wanted)}`
      : said`the source is not needed; what came after the recovery point is lost`;
  const commit = wanted.failover?.commit === "manual" ? "the commit is left to you" : "commit is automatic";
  const point = kind === "planned" ? "the last delta" : (wanted.failover?.recoveryPoint ?? "latest");
  const from = follows(point, "failover.kind", "failover.recoveryPoint");
  const how = suggestion("failover.kind", said`; ${source}`);
  const end = suggestion("failover.commit", said`; ${commit}`);
  return said`${name}: ${follows(kind, "failover.kind")} failover to the recovery side from ${from}${how}${end}`;
}

function wayBackText(item: ProtectedItem, wanted: ProtectedItemInputs): Message {
  const name = nameOf(item.id);
  if (flows[item.details.flow].wayBack === "failback") {
    return said`${name}: failback (planned failover from Azure) to the primary side; changes are synchronised first, the
        replica machine is shut down and a last delta is taken${comparison(wanted)}; then commit and reverse replication`;
  }
  const first = plain(item.details.reverse ? "" : "replication back to the primary side; then ");
  const kind = follows(wanted.failover?.kind ?? "planned", "failover.kind");
  return said`${name}: ${first}${kind} failover to the primary side, for which the machine at
      the recovery side is shut down and its last changes are sent; then commit and replication to the recovery side`;
}
