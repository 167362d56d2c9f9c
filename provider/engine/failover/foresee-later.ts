/**
 * What the steps of a command after its first one would do, and what would forbid them, as far as that can be known
 * before the first is taken: lines, components, targets and places are looked at now, the machine's disks are not.
 */
import type { ActiveLocation } from "../../kinds/protected-item.ts";
import type { EngineParts } from "../engine-parts.ts";
import { flows } from "../../model/flows.ts";
import { Foresight } from "../job/foresight.ts";
import type { ForeseeContext, JobDefinition, Scenario } from "../job/job-definition.ts";
import type { ProtectedItem } from "../../model/item.ts";
import type { ItemState } from "../../model/states.ts";
import { type ItemStep, nextState } from "../../model/transitions.ts";
import { requireWay } from "../replication-cycle/require-way.ts";
import type { ForeseenMove } from "./foresee-step.ts";
import {
  type BackInput,
  foreseePlace,
  requireRecoveryDisks,
  requireReplicas,
  stepsBack,
} from "./foresee-way-back.ts";

/** The side that a machine runs at in each state. */
const sideOf: Readonly<Record<ItemState, ActiveLocation>> = {
  EnablingReplication: "primary",
  Protected: "primary",
  PlannedFailoverCommitPending: "recovery",
  UnplannedFailoverCommitPending: "recovery",
  PlannedFailoverCommitted: "recovery",
  UnplannedFailoverCommitted: "recovery",
  ReverseProtected: "recovery",
  FailbackCommitPending: "primary",
  FailbackCommitted: "primary",
  Migrated: "recovery",
};

/** The item as it would stand after a step, as far as the choice of its next job depends on it. */
export function afterStep(item: ProtectedItem, step: ItemStep): ProtectedItem {
  const state = nextState(flows[item.details.flow], item.state, step);
  if (state === undefined || state === "absent") return item;
  const { reverse, ...details } = item.details;
  const { replicaStoreId, replicaId } = details;
  const wayBack = state === "ReverseProtected" ? (reverse ?? { replicaStoreId, replicaId }) : reverse;
  const isReversed = wayBack !== undefined && state !== "Protected";
  return {
    ...item,
    state,
    activeLocation: sideOf[state],
    details: isReversed ? { ...details, reverse: wayBack } : details,
  };
}

/** `item` is as it is now, `later` as it would be then. */
interface Later extends ForeseeContext<BackInput> {
  readonly later: ProtectedItem;
}

type Look = (context: Later, foresight: Foresight) => Promise<void>;

const drop: Look = async (_context, foresight) =>
  foresight.step("drop", "drop the recovery points that were not used");

const setUpWayBack: Look = async ({ parts, item }, foresight) => {
  await foresight.check(async () => requireWay(parts, item, "back"));
  if (item.activeLocation === "recovery")
    await foresight.check(async () => requireRecoveryDisks(parts, item));
  const { machineName } = item.details;
  const text = `set up the way back of ${machineName}, and send what differs from its disks at the primary side`;
  foresight.step("send", text);
};

const goHome: Look = async (context, foresight) => {
  const { parts, item } = context;
  const { machineName, recoveryMachine } = item.details;
  const place = await foreseePlace(context, foresight);
  await foresight.check(async () => requireWay(parts, item, "back"));
  const { name = machineName, folder } = recoveryMachine ?? {};
  foresight.step("shutDown", `shut down ${name} at the recovery side`, folder);
  foresight.step("send", `send the last changes of ${machineName}`);
  stepsBack(context, foresight, place);
};

const protectAgain: Look = async ({ parts, item, later }, foresight) => {
  const { machineName, recoveryMachine } = item.details;
  await foresight.check(() => requireReplicas(parts, item));
  const { reverse: _reverse, ...details } = item.details;
  if (later.details.reverse) {
    await foresight.check(async () => requireWay(parts, { ...item, details }, "out"));
    foresight.step("send", `send what differs of ${machineName} to the recovery side`);
  }
  if (!recoveryMachine) return;
  foresight.step("remove", `remove ${recoveryMachine.name} at the recovery side`, recoveryMachine.folder);
};

/** The jobs that come after another one in a command. */
const looks: Partial<Record<Scenario, Look>> = {
  CommitFailover: drop,
  CommitAndReverseReplication: async (context, foresight) => {
    await setUpWayBack(context, foresight);
    await drop(context, foresight);
  },
  ReverseReplicationToPrimary: setUpWayBack,
  Failback: goHome,
  PlannedFailoverToPrimary: goHome,
  UnplannedFailoverToPrimary: goHome,
  ReverseReplication: protectAgain,
};

/** Changes nothing. `item` is as it is now, `later` as it would be before the job. */
export async function foreseeLater<Input>(
  parts: EngineParts,
  { item, later }: { item: ProtectedItem; later: ProtectedItem },
  { scenario, title }: Pick<JobDefinition<Input>, "scenario" | "title">,
  input: Input,
): Promise<ForeseenMove> {
  const foresight = new Foresight();
  await looks[scenario]?.({ parts, itemId: item.id, item, later, input: input as BackInput }, foresight);
  const { point, steps, refusals, warnings, rooms } = foresight;
  return { point, steps, refusals, warnings, rooms, title };
}

/** Without what an earlier step was refused for already. */
export function toldOnce<Told extends Pick<ForeseenMove, "refusals">>(all: readonly Told[]): Told[] {
  const known = new Set<string>();
  return all.map((one) => {
    const refusals = one.refusals.filter(({ message }) => !known.has(message));
    for (const { message } of refusals) known.add(message);
    return { ...one, refusals };
  });
}
