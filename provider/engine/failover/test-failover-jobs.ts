/**
 * Test failover (V2F-1, HW-3) and its clean-up. A recovery point becomes a machine in an isolated network; the
 * source, its replication and its recovery points are not touched. What the drill measured is kept as evidence.
 */
import path from "node:path";
import type { ItemInputs } from "../protected-item/item-things.ts";
import { findThing } from "../../store/things.ts";
import type { JobContext, JobDefinition } from "../job/job-definition.ts";
import type { DiskEvidence, RecoveryMachine, TestMachine } from "../../model/item.ts";
import { chooseRecoveryPoint } from "../recovery-point/choose-recovery-point.ts";
import type { MachineOwner } from "../../model/machine-mark.ts";
import { keptText, ownerFor, removeMachine, removeOfJob } from "../identity/owned-machine.ts";
import { requireGuest } from "./guest-word.ts";
import { withoutPicture } from "../../model/guest-evidence.ts";
import { measuredLoss } from "../../model/measured-loss.ts";
import { findTestMachine, notFoundText } from "./find-test-machine.ts";
import { foreseeTest } from "./foresee-failover.ts";
import { requireRecoverySide } from "./require-recovery-side.ts";
import { hashDisk } from "./hash-disk.ts";
import { hashPointDisk } from "./hash-point-disk.ts";
import { relationshipOf } from "../../model/relationship.ts";
import {
  disksOfPoint,
  findPlace,
  type MachinePlace,
  type RecoveryMachinePlan,
  recoveryMachinePlan,
  restoreDisks,
  startRecoveryMachine,
} from "./recovery-machine.ts";

export interface TestFailoverInput {
  readonly drillId: string;
  readonly networkId: string;
  readonly recoveryPoint: string;
  readonly requestedAt: number;
  /** False leaves the test machine off: a recovery plan starts it with its boot group. */
  readonly startMachine?: boolean;
}

type Context = JobContext<TestFailoverInput>;

interface ChosenPoint extends MachinePlace {
  readonly pointId: string;
  readonly takenAt: number;
}

function ownerOf(context: Context): MachineOwner {
  return ownerFor(context, { purpose: "test", drillId: context.input.drillId });
}

function planOf(context: Context): RecoveryMachinePlan {
  const item = context.item();
  const networks = item.details.definition.nics.map((nic) => ({
    from: nic.network,
    to: context.input.networkId,
  }));
  const place = context.resultOf<ChosenPoint>("RecoveryPoint");
  // By itself, a machine can have the addresses that it has in production.
  return recoveryMachinePlan(context.parts, item, place, networks, { keepsAddresses: true });
}

/** Of disks that were copied, before the machine writes to them; of those that are not, once the machine is up. */
async function collectEvidence(context: Context, from: "copies" | "point"): Promise<DiskEvidence[]> {
  const plan = planOf(context);
  const isServed = context.parts.instantStart.stateOf(plan.folder) !== undefined;
  if (isServed !== (from === "point")) return [];
  const { pointId } = context.resultOf<ChosenPoint>("RecoveryPoint");
  const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
  const evidence: DiskEvidence[] = [];
  const store = await context.parts.replicaStoreOf(relationshipOf(plan.item).replicaStoreId);
  for (const { id, sizeBytes, file } of disksOfPoint(plan, point)) {
    const { machineId } = point;
    const sha256 = isServed
      ? await hashPointDisk({ store, machineId, pointId: point.id, diskId: id })
      : await hashDisk(context.parts.files, path.join(plan.folder, file));
    evidence.push({ diskId: id, sizeBytes, sha256 });
  }
  return evidence;
}

interface Started {
  readonly startedAt: number;
  /** The checksums of disks that are read from the recovery point itself. */
  readonly ofPoint?: readonly DiskEvidence[];
}

function testMachineOf(context: Context): TestMachine {
  const { input } = context;
  const point = context.resultOf<ChosenPoint>("RecoveryPoint");
  const started = context.resultOf<RecoveryMachine & Started>("StartTestMachine");
  const { startedAt, guest, ofPoint = [], ...machine } = started;
  const { networkId, drillId, requestedAt } = input;
  return {
    ...machine,
    ...(guest === undefined ? {} : { guest: withoutPicture(guest) }),
    drillId,
    networkId,
    measuredRpoSeconds: measuredLoss(requestedAt, point.takenAt, guest).seconds,
    measuredRtoSeconds: Math.max(0, (startedAt - requestedAt) / 1000),
    evidence: [...context.resultOf<DiskEvidence[]>("CollectEvidence"), ...ofPoint],
  };
}

export const testFailoverJob: JobDefinition<TestFailoverInput> = {
  scenario: "TestFailover",
  title: "test failover",
  step: "TestFailover",
  foresee: foreseeTest,
  tasks: [
    {
      name: "RecoveryPoint",
      title: "Choose the recovery point",
      run: async (context): Promise<ChosenPoint> => {
        const point = await chooseRecoveryPoint(context.parts, context.item(), context.input.recoveryPoint);
        const { inputs } = findThing<ItemInputs>(context.parts.store, context.itemId)!;
        const place = await findPlace(context.parts, context.item(), inputs, ownerOf(context));
        return { ...place, pointId: point.id, takenAt: point.takenAt };
      },
    },
    {
      name: "RestoreDisks",
      title: "Make the test machine's disks from the recovery point",
      run: async (context) => {
        const { pointId } = context.resultOf<ChosenPoint>("RecoveryPoint");
        const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
        const owner = ownerOf(context);
        await restoreDisks(context.parts, planOf(context), { point, owner }, context.progress);
      },
    },
    {
      name: "CollectEvidence",
      title: "Take the checksums of the test machine's disks",
      run: (context) => collectEvidence(context, "copies"),
    },
    {
      name: "StartTestMachine",
      title: "Start the test machine in the isolated network",
      run: async (context) => {
        const { pointId } = context.resultOf<ChosenPoint>("RecoveryPoint");
        const point = await chooseRecoveryPoint(context.parts, context.item(), pointId);
        const { startMachine } = context.input;
        const machine = await startRecoveryMachine(context.parts, planOf(context), point, startMachine);
        const guest =
          startMachine === false
            ? undefined
            : await requireGuest(context.parts, machine.folder, context.progress);
        // With what is asked of it later, the time to its first answer would be too long.
        const startedAt = guest?.readyAt ?? context.parts.clock.now();
        return {
          ...machine,
          startedAt,
          ofPoint: await collectEvidence(context, "point"),
          ...(guest === undefined ? {} : { guest }),
        };
      },
    },
  ],
  finish: (context, item) => ({
    ...item,
    testFailoverState: "WaitingForCompletion",
    details: { ...item.details, testMachine: testMachineOf(context) },
  }),
  rollBack: async (context) => {
    if (!context.hasEnded("RecoveryPoint")) return "Nothing was changed.";
    await removeOfJob(context, planOf(context).folder);
    return "What the test had made was removed; the machine and its replication were not touched.";
  },
};

export const testFailoverCleanupJob: JobDefinition<Record<string, never>> = {
  scenario: "TestFailoverCleanup",
  title: "test failover clean-up",
  step: "TestFailoverCleanup",
  foresee: async ({ parts, item }, foresight) => {
    const { testMachine } = item.details;
    if (testMachine === undefined) return;
    await foresight.check(async () => requireRecoverySide(parts, item, testMachine.folder));
    const folder = await foresight.check(async () => findTestMachine(parts, item.id, testMachine));
    if (folder !== undefined) {
      const text = `remove ${testMachine.name}${await keptText(parts, folder)}`;
      foresight.step("remove", text, folder);
    } else foresight.warnings.push(notFoundText(testMachine));
  },
  tasks: [
    {
      name: "RemoveTestMachine",
      title: "Remove the test machine",
      run: async ({ parts, item, progress }) => {
        const { testMachine } = item().details;
        if (testMachine === undefined) return undefined;
        await requireRecoverySide(parts, item(), testMachine.folder);
        const folder = await findTestMachine(parts, item().id, testMachine);
        if (folder !== undefined) await removeMachine(parts, folder, (line) => progress.report(line));
        else progress.report(notFoundText(testMachine));
        return { removedFolder: folder ?? null };
      },
    },
  ],
  finish: (_context, item) => {
    const { testMachine: _removed, ...details } = item.details;
    return { ...item, testFailoverState: "None", details };
  },
};
