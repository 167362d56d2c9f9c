/**
 * The migration of a machine, one way: its source is shut down, the last changes are sent, and it starts at the
 * target. It is the planned failover of a flow without a way back, and ends without a commit. The replica stays until
 * the item is removed, and the machine at the target after that.
 */
import type { JobDefinition } from "../job/job-definition.ts";
import { primaryIsOff } from "./still-holds.ts";
import { foreseePlanned } from "./foresee-failover.ts";
import { type FailoverInput, plannedFailoverJob, shutDownSourceTask } from "./failover-job.ts";

export interface MigrateInput extends FailoverInput {
  /** False leaves the source running: what it writes after its last changes were sent stays behind. */
  readonly shutDownSource: boolean;
}

export const migrateJob: JobDefinition<MigrateInput> = {
  ...plannedFailoverJob,
  scenario: "Migrate",
  title: "migration",
  step: "Migrate",
  tasks: plannedFailoverJob.tasks.map((task) =>
    task.name === shutDownSourceTask
      ? {
          ...task,
          run: async (context) => (context.input.shutDownSource ? await task.run(context) : undefined),
          holds: async (context) => !context.input.shutDownSource || (await primaryIsOff(context)),
        }
      : task,
  ),
  foresee: foreseePlanned,
  finish: (context, item, seen) => {
    const moved = plannedFailoverJob.finish!(context, item, seen);
    const lastMove = { action: "migration", endedAt: context.parts.clock.now() };
    return { ...moved, details: { ...moved.details, lastMove } };
  },
  rollBack: async (context, error) => {
    const done = await plannedFailoverJob.rollBack!(context, error);
    return done.replace("failover", "migration");
  },
};
