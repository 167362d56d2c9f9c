/** Starting and ending drills: a test failover of one item that is a thing of its own. */
import { sameId } from "../../arm-id.ts";
import type { DrillInputs, DrillOutputs } from "../../kinds/drill.ts";
import { deleteThing, findThing, putThing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import { Foresight } from "../job/foresight.ts";
import type { Progress } from "../job/job-definition.ts";
import { requireItem, startJob } from "../job/run-job.ts";
import { withItem } from "../with-item.ts";
import { runsFromOf } from "../protected-item/runs-from.ts";
import { type ForeseenMove, foreseeStep } from "./foresee-step.ts";
import { requireIsolatedNetwork } from "./isolated-network.ts";
import { testFailoverCleanupJob, testFailoverJob } from "./test-failover-jobs.ts";
import { itemNow } from "../protected-item/item-now.ts";

function drillIsPending(parts: EngineParts, drillId: string, itemId: string): boolean {
  const machine = itemNow(parts, itemId)?.details.testMachine;
  return machine !== undefined && sameId(machine.drillId, drillId);
}

async function startDrill(
  parts: EngineParts,
  drillId: string,
  inputs: DrillInputs,
  progress: Progress,
): Promise<void> {
  const itemId = inputs.protectedItemId;
  requireItem(parts, itemId);
  requireIsolatedNetwork(parts, drillId, inputs.networkId);
  await withItem(parts, itemId, "test failover", progress, async () => {
    if (!drillIsPending(parts, drillId, itemId)) {
      const input = {
        drillId,
        networkId: inputs.networkId,
        recoveryPoint: inputs.recoveryPoint ?? "latest",
        requestedAt: parts.clock.now(),
      };
      await startJob(parts, testFailoverJob, { itemId, input }, progress);
    }
    putThing(parts.store, drillId, "drill", inputs, parts.clock.now());
  });
}

async function endDrill(parts: EngineParts, drillId: string, progress: Progress): Promise<void> {
  const drill = findThing<DrillInputs>(parts.store, drillId);
  if (!drill) return;
  const itemId = drill.inputs.protectedItemId;
  await withItem(parts, itemId, "test failover clean-up", progress, async () => {
    if (drillIsPending(parts, drillId, itemId)) {
      await startJob(parts, testFailoverCleanupJob, { itemId, input: {} }, progress);
    }
    deleteThing(parts.store, drillId);
  });
}

function drillResult(
  parts: EngineParts,
  drillId: string,
  itemId: string,
): DrillOutputs["properties"] | undefined {
  const item = itemNow(parts, itemId);
  const machine = item?.details.testMachine;
  if (!item || !machine || !sameId(machine.drillId, drillId)) return undefined;
  const { pointKind, dataAgeSeconds, disks } = runsFromOf(machine, item.details);
  return {
    state: item.testFailoverState,
    recoveryPointId: machine.pointId,
    recoveryPointTime: new Date(machine.pointTakenAt).toISOString(),
    ...(pointKind === undefined ? {} : { recoveryPointKind: pointKind }),
    ...(dataAgeSeconds === undefined ? {} : { dataAgeSeconds }),
    measuredRpoSeconds: machine.measuredRpoSeconds,
    measuredRtoSeconds: machine.measuredRtoSeconds,
    testMachineName: machine.name,
    disks: [...disks],
    evidence: machine.evidence.map((disk) => ({ ...disk })),
  };
}

/** The drills of an engine. */
export class Drills {
  readonly #parts: EngineParts;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  start(drillId: string, inputs: DrillInputs, progress: Progress): Promise<void> {
    return startDrill(this.#parts, drillId, inputs, progress);
  }

  end(drillId: string, progress: Progress): Promise<void> {
    return endDrill(this.#parts, drillId, progress);
  }

  /** What a drill would do now and what forbids it. Changes nothing. */
  async foresee(drillId: string, inputs: DrillInputs): Promise<ForeseenMove> {
    const { protectedItemId: itemId, networkId, recoveryPoint = "latest" } = inputs;
    const network = new Foresight();
    await network.check(() => requireIsolatedNetwork(this.#parts, drillId, networkId));
    const input = { drillId, networkId, recoveryPoint, requestedAt: this.#parts.clock.now() };
    const found = await foreseeStep(this.#parts, itemId, testFailoverJob, input);
    return { ...found, refusals: [...network.refusals, ...found.refusals] };
  }

  /** What the clean-up of an item's drill would do now and what forbids it. Changes nothing. */
  foreseeEnd(itemId: string): Promise<ForeseenMove> {
    return foreseeStep(this.#parts, itemId, testFailoverCleanupJob, {});
  }

  /** What a drill found; nothing when its test machine is gone. */
  result(drillId: string, itemId: string): DrillOutputs["properties"] | undefined {
    return drillResult(this.#parts, drillId, itemId);
  }
}
