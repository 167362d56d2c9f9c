/** Machines that a recovery plan moves: a plan that says where its machines run says it for all of them. */
import { Notice } from "./notice.ts";
import { nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import { SiteRecoveryError } from "../errors.ts";
import type { ProtectedItemInputs } from "../kinds/protected-item.ts";
import type { KindName } from "../kinds/kind.ts";
import type { RecoveryPlanInputs } from "../kinds/recovery-plan.ts";
import { kinds } from "../kinds/registry.ts";
import type { DiffAnswer } from "./handler.ts";
import { known } from "./settings-handler.ts";
import { type Message, plain, said } from "../message.ts";

export interface MovingPlan {
  readonly kind: KindName;
  readonly id: string;
  readonly inputs: RecoveryPlanInputs;
}

/** The plan that says where a machine runs, or its cluster, or `undefined` if the machine says it itself. */
export function movingPlan(engine: Engine, itemId: string): MovingPlan | undefined {
  return engine.plans
    .plansOf(itemId)
    .find(({ kind, inputs }) => kind === "protection-cluster" || inputs.activeLocation !== undefined);
}

/** Whether the machine's own text asks for another side than it did. */
function asksItself(last: ProtectedItemInputs, wanted: ProtectedItemInputs): boolean {
  const side = known(wanted.activeLocation);
  return side !== undefined && (last.activeLocation ?? "primary") !== side;
}

function refusal(itemId: string, plan: MovingPlan, side: string | undefined): Message {
  const { activeLocation } = plan.inputs;
  const what = activeLocation === undefined ? said`moves` : said`says ${activeLocation} for`;
  return said`${nameOf(itemId)} says activeLocation: ${side} itself, and is in the ${plain(kinds[plan.kind].title)}
      ${nameOf(plan.id)}, which ${what} all its machines. Leave it out of the machine, and change it there.`;
}

/** Throws `InvalidInput` for a machine that asks for a move of its own while a plan says where it runs. */
export function requireNoMoveOfItsOwn(
  engine: Engine,
  itemId: string,
  last: ProtectedItemInputs,
  wanted: ProtectedItemInputs,
): void {
  const plan = movingPlan(engine, itemId);
  if (!plan || !asksItself(last, wanted)) return;
  const message = refusal(itemId, plan, wanted.activeLocation);
  throw new SiteRecoveryError("InvalidInput", message, { target: itemId, property: "activeLocation" });
}

/** What a preview says of a machine that a plan moves: the plan reports where it runs, and drift. */
export function planNotices(
  engine: Engine,
  item: ProtectedItem,
  last: ProtectedItemInputs,
  wanted: ProtectedItemInputs,
): DiffAnswer["notices"] {
  const plan = movingPlan(engine, item.id)!;
  if (!asksItself(last, wanted)) return [];
  return [
    new Notice("warning", said`${refusal(item.id, plan, wanted.activeLocation)} An update refuses it.`),
  ];
}

/** Throws `InvalidInput` for machines whose own settings, or another plan, name another side than a plan does. */
export function requireOneSide(
  engine: Engine,
  { id: planId, kind, inputs }: MovingPlan,
  itemIds: readonly string[],
): void {
  const side = known(inputs.activeLocation);
  if (side === undefined) return;
  for (const itemId of itemIds) {
    const own = engine.findThing<ProtectedItemInputs>(itemId)?.inputs.activeLocation;
    const other = engine.plans
      .plansOf(itemId)
      .find((plan) => !sameId(plan.id, planId) && (plan.inputs.activeLocation ?? side) !== side);
    const details = { target: planId, property: "activeLocation" };
    if (own !== undefined && own !== side) {
      const message = refusal(itemId, { id: planId, kind, inputs }, own);
      throw new SiteRecoveryError("InvalidInput", message, details);
    }
    if (!other) continue;
    const message = said`${nameOf(itemId)} is in the ${plain(kinds[kind].title)} ${nameOf(planId)} and the ${plain(kinds[other.kind].title)} ${nameOf(other.id)}, which want it
        at different sides: ${side} and ${other.inputs.activeLocation ?? ""}. Let one of them say where it runs.`;
    throw new SiteRecoveryError("InvalidInput", message, details);
  }
}
