/** A script step: a real command at one side, with the facts of plan, group and machines in its environment. */
import path from "node:path";
import { makeFolderDurably } from "../../blocks/file-system.ts";
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { inventoriesOf } from "../inventory/inventories.ts";
import { microsoftAzure } from "../../kinds/kind.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import { timeoutSecondsOf } from "./action-timeout.ts";
import type { PlanRun } from "./plan-run.ts";
import type { ActionStep } from "./plan-steps.ts";
import { runCommand, type CommandResult } from "../../machines/run-command.ts";
import { said } from "../../message.ts";

type ScriptDetails = Extract<ActionStep["action"]["customDetails"], { instanceType: "ScriptActionDetails" }>;

/** What is kept of a script that was run. */
export interface ScriptActionResult {
  readonly exitCode: number | null;
  readonly output: string;
}

/** The working folder: a reachable inventory of the side; in Azure the folder of its machines. */
export function folderAt({ parts, plan }: PlanRun, location: string): string {
  const { primaryFabricId, recoveryFabricId } = plan.inputs.properties;
  const fabricId = location === "Recovery" ? recoveryFabricId : primaryFabricId;
  if (fabricId === microsoftAzure) return path.join(parts.home.folder, "azure");
  const found = inventoriesOf(parts, fabricId).find(({ folder }) => parts.files.exists(folder));
  if (found) return found.folder;
  const message = said`No host of the site ${nameOf(fabricId)} can be reached to run the script on.`;
  throw new SiteRecoveryError("SourceUnreachable", message, { target: fabricId });
}

function factsOf(run: PlanRun, step: ActionStep): Record<string, string> {
  const machines = step.itemIds.map((id) => {
    const { state, activeLocation, details } = requireItem(run.parts, id);
    const { machineName, recoveryMachine, testMachine } = details;
    const recoveryMachineName = (testMachine ?? recoveryMachine)?.name ?? null;
    return { name: nameOf(id), id, machineName, recoveryMachineName, state, activeLocation };
  });
  return {
    SITERECOVERY_PLAN: nameOf(run.plan.id),
    SITERECOVERY_PLAN_ID: run.plan.id,
    SITERECOVERY_JOB: run.jobId,
    SITERECOVERY_OPERATION: run.operation.name,
    SITERECOVERY_FAILOVER_TYPE: run.operation.failover ?? "",
    SITERECOVERY_DIRECTION: run.operation.direction,
    SITERECOVERY_GROUP: step.group,
    SITERECOVERY_ACTION: step.action.actionName,
    SITERECOVERY_MACHINE_NAMES: machines.map(({ name }) => name).join(","),
    SITERECOVERY_MACHINES: JSON.stringify(machines),
  };
}

function failureOf(step: ActionStep, details: ScriptDetails, result: CommandResult): string | undefined {
  const { path: file, timeout } = details;
  const what = `The script "${step.action.actionName}" of ${step.group} (${file})`;
  if (result.startError !== undefined) {
    return `${what} could not be started: ${result.startError}. It has to be there and executable.`;
  }
  if (result.endError !== undefined) {
    return `${what} could not be ended: ${result.endError}. End it before you run the plan again.`;
  }
  if (result.timedOut) {
    return `${what} took longer than its timeout of ${timeout ?? "PT30M"} and was ended.`;
  }
  if (result.wasStopped) return `${what} was stopped.`;
  if (result.exitCode === 0) return undefined;
  const last = result.output.trimEnd().split("\n").at(-1) ?? "";
  const how =
    result.exitCode === undefined ? "was ended by a signal" : `failed with exit code ${result.exitCode}`;
  return `${what} ${how}${last === "" ? "" : `: ${last}`}.`;
}

/** A failed script, with what it printed. */
export class ScriptFailed extends SiteRecoveryError {
  readonly result: ScriptActionResult;

  constructor(message: string, target: string, result: ScriptActionResult) {
    super("JobFailed", message, { target });
    this.result = result;
  }
}

export async function runScriptAction(
  run: PlanRun,
  step: ActionStep,
  details: ScriptDetails,
  progress: Progress,
): Promise<ScriptActionResult> {
  const folder = folderAt(run, details.fabricLocation);
  makeFolderDurably(run.parts.files, folder);
  const result = await runCommand({
    command: [details.path],
    folder,
    facts: factsOf(run, step),
    timeoutSeconds: timeoutSecondsOf(details.timeout),
    clock: run.parts.clock,
    onLine: (line) => progress.report(line),
    ...(progress.signal ? { signal: progress.signal } : {}),
  });
  const kept = { exitCode: result.exitCode ?? null, output: result.output };
  const failure = failureOf(step, details, result);
  if (failure !== undefined) throw new ScriptFailed(failure, run.plan.id, kept);
  return kept;
}
