/** What a migration item puts out, in the names and values of Azure's API. */
import { nameOf } from "../arm-id.ts";
import type { Engine, ItemView } from "../engine/engine.ts";
import { runsFrom } from "../model/runs-from.ts";
import type { ItemAction } from "../model/transitions.ts";
import {
  type MigrationItemInputs,
  migrationItemKind,
  type MigrationItemOutputs,
} from "../kinds/migration-item.ts";
import { hardwareOutputs } from "./hardware-outputs.ts";
import { runsFromOutputs } from "./runs-from-outputs.ts";

type Properties = MigrationItemOutputs["properties"];

/** Azure's names of what may be done with a migration item, where they are others. */
const operationNames: Partial<Record<ItemAction, string>> = {
  TestFailover: "TestMigrate",
  TestFailoverCleanup: "TestMigrateCleanup",
  RepairReplication: "StartResync",
  DisableProtection: "DisableMigration",
};

/** With those of a pause, which is a mark of the item and no step of the table. */
function operationsOf({ item, allowedOperations }: ItemView): string[] {
  const named = allowedOperations.map((action) => operationNames[action as ItemAction] ?? action);
  const pause = item.details.pausedAt === undefined ? "PauseReplication" : "ResumeReplication";
  const replicates = item.state === "Protected" && allowedOperations.length > 0;
  return replicates ? [...named, pause] : named;
}

function stateOf({ item, underWay }: ItemView): [state: string, description: string] {
  const { details } = item;
  const failure = details.replicationError;
  if (item.state === "Migrated") return ["MigrationSucceeded", "The machine runs at the target"];
  if (underWay === "migration") return ["MigrationInProgress", "The machine is being migrated"];
  if (item.state === "EnablingReplication") {
    return failure === undefined
      ? ["InitialSeedingInProgress", `Initial replication ${details.initialReplicationPercent} %`]
      : ["InitialSeedingFailed", failure.message];
  }
  return details.pausedAt === undefined
    ? ["Replicating", "Ready to be tested and migrated"]
    : ["ProtectionSuspended", "Replication is paused"];
}

type History = Pick<
  Properties,
  "lastMigrationStatus" | "lastMigrationTime" | "lastTestMigrationStatus" | "lastTestMigrationTime"
>;

const jobsLookedAt = 200;

/** How the newest migration and test migration ended. */
function historyOf(engine: Engine, id: string): History {
  const ended = engine
    .jobs({ targetId: id, limit: jobsLookedAt })
    .filter(({ endedAt }) => endedAt !== undefined)
    .toSorted((left, right) => right.endedAt! - left.endedAt!);
  const last = (scenario: string, status: keyof History, time: keyof History): History => {
    const job = ended.find((one) => one.scenario === scenario);
    return job ? { [status]: job.state, [time]: new Date(job.endedAt!).toISOString() } : {};
  };
  return {
    ...last("Migrate", "lastMigrationStatus", "lastMigrationTime"),
    ...last("TestFailover", "lastTestMigrationStatus", "lastTestMigrationTime"),
  };
}

function detailsOf(view: ItemView, inputs: MigrationItemInputs): Properties["providerSpecificDetails"] {
  const { details } = view.item;
  const { instanceType, vmwareMachineId, targetVmName } = inputs.properties.providerSpecificDetails;
  const point = view.latestRecoveryPoint;
  return {
    instanceType,
    vmwareMachineId,
    targetVmName: details.recoveryMachine?.name ?? targetVmName ?? details.machineName,
    initialSeedingProgressPercentage: Math.floor(details.initialReplicationPercent),
    ...(point === undefined
      ? {}
      : { lastRecoveryPointId: point.id, lastRecoveryPointReceived: new Date(point.takenAt).toISOString() }),
    ...(details.recoveryMachine ? { migrationRecoveryPointId: details.recoveryMachine.pointId } : {}),
  };
}

export async function migrationItemOutputs(engine: Engine, id: string): Promise<MigrationItemOutputs> {
  const view = await engine.viewItem(id);
  const from = runsFrom(view.item);
  const { inputs } = engine.findThing<MigrationItemInputs>(id)!;
  const { policyId } = inputs.properties;
  const [migrationState, migrationStateDescription] = stateOf(view);
  const isTested = view.item.testFailoverState !== "None";
  return {
    name: nameOf(id),
    type: migrationItemKind.armType,
    migrated: view.item.state === "Migrated",
    ...(from ? { runsFrom: runsFromOutputs(from) } : {}),
    properties: {
      hardware: hardwareOutputs(view.item.details),
      machineName: view.item.details.machineName,
      policyId,
      policyFriendlyName: nameOf(policyId),
      migrationState,
      migrationStateDescription,
      testMigrateState: isTested ? "TestMigrationSucceeded" : "None",
      testMigrateStateDescription: isTested ? "A test machine runs; clean it up before the migration" : "",
      allowedOperations: operationsOf(view),
      health: view.replicationHealth,
      replicationStatus: view.healthNotes.map(({ text }) => text).join("; ") || "Normal",
      ...historyOf(engine, id),
      providerSpecificDetails: detailsOf(view, inputs),
    },
  };
}
