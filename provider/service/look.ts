/** What was seen of everything at one time: health for metrics, alerts and summaries. */
import type { Alert, Engine, ItemView, Verification } from "../engine/engine.ts";

export interface Look {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly views: readonly ItemView[];
  readonly drills: ReturnType<Engine["drills"]["list"]>;
  readonly alerts: readonly Alert[];
  readonly verifications: readonly Verification[];
}

export async function lookAt(engine: Engine, at: number): Promise<Look> {
  const { views, alerts } = await engine.health();
  return { at, views, alerts, drills: engine.drills.list(), verifications: engine.upkeep.verifications() };
}
