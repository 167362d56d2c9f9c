/** How much of what is protected is in a plan, was drilled, and is as fresh as its policy wants. */
import { idKey } from "../../arm-id.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Look } from "../look.ts";

/** A drill that is older proves little. */
export const drilledWithinDays = 100;
const dayMilliseconds = 86_400_000;

export interface Coverage {
  readonly machines: number;
  readonly inPlan: number;
  /** With a good drill within `drilledWithinDays`. */
  readonly drilled: number;
  readonly withinPolicy: number;
  /** The newest good run of a drill. */
  readonly lastGoodDrill:
    { readonly id: string; readonly at: number; readonly rtoSeconds: number | undefined } | undefined;
}

export function coverageOf(engine: Engine, { at, views, drills }: Look): Coverage {
  const known = new Set(views.map(({ item }) => idKey(item.id)));
  const plans = engine.listThings({ kind: "recovery-plan" });
  const inPlan = new Set(
    plans.flatMap(({ id }) => engine.plans.view(id).items.map((item) => idKey(item.id))),
  );
  const good = drills.flatMap(({ drill, result }) => {
    const time = result?.lastSuccessTime;
    if (time === undefined) return [];
    const rtoSeconds = result?.lastRun?.state === "Succeeded" ? result.lastRun.measuredRtoSeconds : undefined;
    return [{ id: drill.id, inputs: drill.inputs, at: Date.parse(time), rtoSeconds }];
  });
  const fresh = good.filter((run) => at - run.at < drilledWithinDays * dayMilliseconds);
  const drilled = new Set(fresh.flatMap(({ inputs }) => engine.drills.itemIdsOf(inputs).map(idKey)));
  const count = (ids: ReadonlySet<string>): number => [...ids].filter((id) => known.has(id)).length;
  return {
    machines: views.length,
    inPlan: count(inPlan),
    drilled: count(drilled),
    withinPolicy: views.filter(
      ({ rpoSeconds, rpoThresholdSeconds }) => rpoSeconds !== undefined && rpoSeconds <= rpoThresholdSeconds,
    ).length,
    lastGoodDrill: good.toSorted((one, other) => other.at - one.at)[0],
  };
}
