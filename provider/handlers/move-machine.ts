/**
 * `activeLocation` is how a failover is declared: a change of the program's own text moves the machine, and
 * nothing else does. A machine that somebody moved outside of the program is reported and left alone.
 */
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../engine/protected-item/item.ts";
import type { ItemState } from "../engine/protected-item/states.ts";
import type { ItemAction } from "../engine/protected-item/transitions.ts";
import type { ActiveLocation, ProtectedItemInputs } from "../kinds/protected-item.ts";
import type { DiffAnswer, Work } from "./handler.ts";
import { known } from "./settings-handler.ts";

/** The next step on the way to a side, by state; no entry: the machine is there. */
const nextStep: Record<ActiveLocation, Partial<Record<ItemState, ItemAction | "Failover">>> = {
  recovery: {
    Protected: "Failover",
    PlannedFailoverCommitPending: "Commit",
    UnplannedFailoverCommitPending: "Commit",
    FailbackCommitPending: "Commit",
    FailbackCommitted: "ReverseReplicate",
  },
  primary: {
    PlannedFailoverCommitPending: "Commit",
    UnplannedFailoverCommitPending: "Commit",
    PlannedFailoverCommitted: "Failback",
    UnplannedFailoverCommitted: "Failback",
    FailbackCommitPending: "Commit",
    FailbackCommitted: "ReverseReplicate",
  },
};

/** More steps than any way through the table has; a longer walk is a bug, not a wait. */
const stepsMax = 8;

interface Wish {
  readonly last: ProtectedItemInputs;
  readonly wanted: ProtectedItemInputs;
}

function asksForMove({ last, wanted }: Wish): boolean {
  return last.activeLocation !== wanted.activeLocation;
}

/** A commit that waits for the program, and the program now says `automatic`. */
function asksForCommit({ last, wanted }: Wish, item: ProtectedItem): boolean {
  const released = last.failover?.commit === "manual" && wanted.failover?.commit === "automatic";
  return released && item.activeLocation === wanted.activeLocation;
}

/** Carries out what the program's text asks for, step by step along the table; each step is a job. */
export async function moveMachine(engine: Engine, id: string, wish: Wish, work: Work): Promise<void> {
  const { wanted } = wish;
  const side = known(wanted.activeLocation);
  const item = engine.findItem(id)!;
  if (side === undefined) return;
  if (!asksForMove(wish) && !asksForCommit(wish, item)) return;
  for (let count = 0; count < stepsMax; count += 1) {
    const current = engine.findItem(id)!;
    const step = nextStep[side][current.state];
    if (step === undefined) return;
    const waitsForCommit = current.state.endsWith("CommitPending") && current.activeLocation === side;
    if (waitsForCommit && wanted.failover?.commit === "manual") return;
    await takeStep(engine, id, step, wanted, work);
  }
}

async function takeStep(
  engine: Engine,
  id: string,
  step: ItemAction | "Failover",
  wanted: ProtectedItemInputs,
  work: Work,
): Promise<void> {
  const recoveryPoint = wanted.failover?.recoveryPoint ?? "latest";
  if (step === "Commit") return engine.commit(id, work);
  if (step === "Failback") return engine.failback(id, work);
  if (step === "ReverseReplicate") return engine.reverseReplicate(id, work);
  return engine.failover(id, { kind: wanted.failover?.kind ?? "planned", recoveryPoint }, work);
}

/** In words: which failover a preview's update would run, or what was found moved and is left alone. */
export function describeMove(
  item: ProtectedItem,
  last: ProtectedItemInputs,
  wanted: ProtectedItemInputs,
): DiffAnswer["notices"] {
  const name = nameOf(item.id);
  const side = known(wanted.activeLocation);
  if (side === undefined) return [];
  if (asksForMove({ last, wanted })) {
    if (item.activeLocation === side) {
      return [{ severity: "info", text: `${name} runs at the ${side} side already; nothing will be moved` }];
    }
    return [
      { severity: "info", text: side === "recovery" ? failoverText(name, wanted) : failbackText(name) },
    ];
  }
  if (item.activeLocation === side) return [];
  const move = item.details.lastMove;
  const when = move ? ` (${move.action}, ${new Date(move.endedAt).toISOString()})` : "";
  const text =
    `${name} runs at the ${item.activeLocation} side, moved outside of this program${when}; the program says ` +
    `${side}. It is left alone: \`pulumi up\` moves a machine only when activeLocation is changed in the program. ` +
    `Set activeLocation to ${item.activeLocation} to adopt what is, or run \`siterecovery ` +
    `${side === "primary" ? "failback" : "failover"} ${name}\`.`;
  return [{ severity: "warning", text }];
}

function failoverText(name: string, wanted: ProtectedItemInputs): string {
  const kind = wanted.failover?.kind ?? "planned";
  const source =
    kind === "planned"
      ? "the source is shut down first and a last delta is taken, so that nothing is lost"
      : "the source is not needed; what came after the recovery point is lost";
  const commit = wanted.failover?.commit === "manual" ? "the commit is left to you" : "commit is automatic";
  const point = kind === "planned" ? "the last delta" : (wanted.failover?.recoveryPoint ?? "latest");
  return `${name}: ${kind} failover to the recovery side from ${point}; ${source}; ${commit}`;
}

function failbackText(name: string): string {
  return (
    `${name}: failback (planned failover from Azure) to the primary side; changes are synchronised first, the ` +
    "replica machine is shut down, nothing is lost; then commit and reverse replication"
  );
}
