/** What a run of a plan carries from step to step. */
import { nameOf } from "../../arm-id.ts";
import { SiteRecoveryError } from "../../errors.ts";
import type { RecoveryPlanInputs } from "../../kinds/recovery-plan.ts";
import type { Thing } from "../../store/things.ts";
import type { EngineParts } from "../engine-parts.ts";
import type { Progress } from "../../progress.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";
import { itemIdsOf } from "./plan-groups.ts";
import type { PlanOperation, PlanOperationName } from "./plan-operation.ts";
import { findPlan } from "./plan-things.ts";
import { said } from "../../message.ts";

/** What a run is asked for; kept as the job's input. */
export interface PlanRequest {
  readonly operation: PlanOperationName;
  /** One of Azure's choices, for unplanned and test failovers. Default `latest`. */
  readonly recoveryPoint?: string;
  /** ARM id of the isolated network of a test failover. */
  readonly networkId?: string;
  /** ARM id of the declared drill that a test failover is of; absent for one that a person runs. */
  readonly drillId?: string;
  /** A failback of machines whose side is lost, where their flow has an unplanned failover back. */
  readonly unplanned?: boolean;
  /** False leaves the Shutdown group's machines out of an unplanned failover (`sourceSiteOperations: NotRequired`). */
  readonly shutDownSources?: boolean;
}

export interface PlanInput extends PlanRequest {
  readonly requestedAt: number;
}

export interface PlanRun {
  readonly parts: EngineParts;
  readonly plan: Thing<RecoveryPlanInputs>;
  readonly operation: PlanOperation;
  readonly jobId: string;
  readonly input: PlanInput;
  readonly progress: Progress;
}

/** The plan, which must be there. Throws `NotFound`. */
export function requirePlan(parts: EngineParts, id: string): Thing<RecoveryPlanInputs> {
  const plan = findPlan(parts, id);
  if (plan) return plan;
  const message = said`There is no recovery plan ${nameOf(id)}. \`siterecovery status\` lists those there are.`;
  throw new SiteRecoveryError("NotFound", message, { target: id });
}

/** The plan's protected items. Throws `NotFound` for one that is not there. */
export function itemsOf(parts: EngineParts, inputs: RecoveryPlanInputs): ProtectedItem[] {
  return itemIdsOf(inputs).map((id) => requireItem(parts, id));
}

/** Progress with the name of what it is about in front. */
export function progressOf(progress: Progress, prefix: string): Progress {
  const { signal } = progress;
  return {
    report: (line, detail) => {
      const subject = detail?.subject === undefined ? prefix : `${prefix}: ${detail.subject}`;
      progress.report(`${prefix}: ${line}`, { ...detail, subject });
    },
    ...(signal ? { signal } : {}),
  };
}
