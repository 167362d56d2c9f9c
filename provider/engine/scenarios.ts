/** Scenario → definition, to resume the job of a dead process. */
import { disableJob } from "./enable/disable-job.ts";
import { enableJob } from "./enable/enable-job.ts";
import { cancelJob } from "./failover/cancel-job.ts";
import { changePointJob } from "./failover/change-point-job.ts";
import { commitAndReverseJob, commitJob } from "./failover/commit-job.ts";
import {
  failbackJob,
  plannedFailoverToPrimaryJob,
  unplannedFailoverToPrimaryJob,
} from "./failover/way-back-jobs.ts";
import { plannedFailoverJob, unplannedFailoverJob } from "./failover/failover-job.ts";
import { migrateJob } from "./failover/migrate-job.ts";
import { reverseReplicationJob, reverseToPrimaryJob } from "./failover/reverse-replication-job.ts";
import { testFailoverCleanupJob, testFailoverJob } from "./failover/test-failover-jobs.ts";
import type { JobDefinition, Scenario } from "./job/job-definition.ts";

/** A job's input is stored with it, and only its own definition reads it. */
export const scenarios: Record<Scenario, JobDefinition<never>> = {
  EnableDr: enableJob,
  DisableDr: disableJob,
  PlannedFailover: plannedFailoverJob,
  UnplannedFailover: unplannedFailoverJob,
  Failback: failbackJob,
  PlannedFailoverToPrimary: plannedFailoverToPrimaryJob,
  UnplannedFailoverToPrimary: unplannedFailoverToPrimaryJob,
  ChangeRecoveryPoint: changePointJob,
  CancelFailover: cancelJob,
  CommitFailover: commitJob,
  CommitAndReverseReplication: commitAndReverseJob,
  ReverseReplication: reverseReplicationJob,
  ReverseReplicationToPrimary: reverseToPrimaryJob,
  Migrate: migrateJob,
  TestFailover: testFailoverJob,
  TestFailoverCleanup: testFailoverCleanupJob,
};
