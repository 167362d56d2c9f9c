/**
 * What each command prints with `--json`, by its words. schema/cli and docs/json.md are generated from these types, and the
 * compiler compares what commands print with them. Names stay; properties may be added.
 */
import type { ConsoleJson, ConsoleLineJson, PowerJson, PowerOffJson, PowerOnJson } from "./power.ts";
import type { InventoryVcenterJson } from "./hypervisors.ts";
import type { DrillKeyJson, DrillReportJson, DrillVerifyJson } from "./evidence.ts";
import type { ErrorJson } from "./error.ts";
import type {
  CompletionJson,
  ConvertJson,
  ExplainJson,
  InitJson,
  InventoryJson,
  SimulateJson,
  ValidateJson,
} from "./definitions.ts";
import type {
  ChooseMachineJson,
  CleanUpJson,
  ConfirmSourceOffJson,
  DiscardPrimaryChangesJson,
  ForeseenMoveJson,
  ForeseenPlanJson,
  MoveJson,
  TakeOverMachineJson,
  TestFailoverJson,
} from "./moves.ts";
import type { JobCancelJson, JobRestartJson, PlanOutcomeJson, PlanShowJson } from "./plans.ts";
import type { NotificationJson, NotificationTestJson, ServeJson, ServiceInstallJson } from "./service.ts";
import type { StatusJson } from "./status.ts";
import type { TargetRestoreJson, TargetServeJson, TargetTrustJson } from "./targets.ts";
import type {
  AdoptJson,
  AlertJson,
  AttachJson,
  DisownJson,
  EventJson,
  ExportJson,
  HydrateJson,
  JobJson,
  KeyExportJson,
  KeyPassphraseJson,
  MachineJson,
  OwnerJson,
  PauseJson,
  RecoveryPointJson,
  ReplicateJson,
  RetentionJson,
  RotateKeyJson,
  UnlockJson,
  VerifyJson,
} from "./upkeep.ts";

/** What stdout has when a command fails under `--json`, unless its result names the error itself. */
export interface FailureJson {
  readonly error: ErrorJson & {
    /** What it is about: an ARM id, a path or a name. */
    readonly target: string | null;
    /** The option, YAML key or property that is wrong. */
    readonly property: string | null;
    /** The exit code of the process. */
    readonly exitCode: number;
  };
}

export interface JsonOutputs {
  status: StatusJson;
  machines: readonly MachineJson[];
  "power on": PowerOnJson;
  "power off": PowerOffJson;
  "power show": PowerJson;
  console: ConsoleJson;
  "console --follow": ConsoleLineJson;
  replicate: readonly ReplicateJson[];
  "replicate --follow": ReplicateJson;
  serve: ServeJson;
  "notifications list": readonly NotificationJson[];
  "notifications test": readonly NotificationTestJson[];
  "service install": ServiceInstallJson;
  "recovery-points": readonly RecoveryPointJson[];
  export: ExportJson;
  hydrate: HydrateJson;
  attach: AttachJson;
  verify: readonly VerifyJson[];
  retention: readonly RetentionJson[];
  "rotate-key": readonly RotateKeyJson[];
  "key export": KeyExportJson;
  "key passphrase": KeyPassphraseJson;
  adopt: AdoptJson;
  "drill report": DrillReportJson;
  "drill verify": DrillVerifyJson;
  "drill key": DrillKeyJson;
  "target serve": TargetServeJson;
  "target trust": TargetTrustJson;
  "target restore": TargetRestoreJson;
  failover: MoveJson;
  "change-recovery-point": MoveJson;
  "cancel-failover": MoveJson;
  commit: MoveJson;
  "reverse-replicate": MoveJson;
  failback: MoveJson;
  migrate: MoveJson;
  "--dry-run": ForeseenMoveJson;
  "confirm-source-off": ConfirmSourceOffJson;
  "discard-primary-changes": DiscardPrimaryChangesJson;
  "choose-machine": ChooseMachineJson;
  "adopt-machine": MoveJson;
  "take-over-machine": TakeOverMachineJson;
  "test-failover": TestFailoverJson;
  "clean-up": CleanUpJson;
  "plan show": PlanShowJson;
  "plan failover": PlanOutcomeJson;
  "plan test-failover": PlanOutcomeJson;
  "plan clean-up": PlanOutcomeJson;
  "plan change-recovery-point": PlanOutcomeJson;
  "plan cancel-failover": PlanOutcomeJson;
  "plan commit": PlanOutcomeJson;
  "plan failback": PlanOutcomeJson;
  "plan reverse-replicate": PlanOutcomeJson;
  "plan --dry-run": ForeseenPlanJson;
  jobs: readonly JobJson[];
  "jobs complete": PlanOutcomeJson;
  "jobs cancel": JobCancelJson;
  "jobs restart": JobRestartJson;
  pause: readonly PauseJson[];
  resume: readonly PauseJson[];
  unlock: UnlockJson;
  events: readonly EventJson[];
  alerts: readonly AlertJson[];
  owners: readonly OwnerJson[];
  disown: readonly DisownJson[];
  init: InitJson;
  inventory: InventoryJson;
  "inventory vcenter": InventoryVcenterJson;
  validate: readonly ValidateJson[];
  explain: readonly ExplainJson[];
  simulate: SimulateJson;
  convert: ConvertJson;
  schema: object;
  completion: CompletionJson;
  error: FailureJson;
}
