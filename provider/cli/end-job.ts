/** `siterecovery jobs complete`, `cancel` and `restart`: how a person lets a job go on, stops it, or has it run again. */
import { Command } from "commander";
import type { PlanOutcome } from "../engine/recovery-plan/recovery-plans.ts";
import { type RunFlags, withPlanShown } from "./run-plan.ts";
import { openSession, withProgress } from "./session.ts";
import { stoppable } from "./stoppable.ts";

export function completeCommand(): Command {
  return new Command("complete")
    .description("say that the manual step is done that a recovery plan waits for, and let it go on")
    .argument("<job>", "id of the job")
    .option("--comments <text>", "kept with the step", "")
    .option("--no-wait", "end with exit code 3 where another manual step waits, instead of waiting for it")
    .option("--json", "for scripts")
    .exitOverride()
    .action(async (jobId: string, { comments }: { comments: string }, command: Command) => {
      // `--json` is an option of `jobs` as well, which sees it first.
      const flags = command.optsWithGlobals<RunFlags>();
      const engine = await openSession(command);
      const planId = engine.plans.planOfJob(jobId);
      let isElsewhere = false;
      await withPlanShown(engine, planId, flags, async (progress): Promise<PlanOutcome> => {
        const options = { waits: flags.wait ?? true };
        const outcome = await engine.plans.complete(jobId, comments, progress, options);
        isElsewhere = outcome === "goes on elsewhere";
        return outcome === "goes on elsewhere" ? { jobId, state: "Succeeded" } : outcome;
      });
      if (isElsewhere) process.stderr.write("completed; the process that waits for it goes on\n");
    });
}

export function cancelCommand(): Command {
  return new Command("cancel")
    .description(
      "stop a job: one of a machine is rolled back or left to be gone on with, a plan's run is given up",
    )
    .argument("<job>", "id of the job")
    .exitOverride()
    .action(async (jobId: string, _flags: object, command: Command) => {
      const engine = await openSession(command);
      const cancel = engine.itemJobs.has(jobId) ? engine.itemJobs : engine.plans;
      const outcome = await withProgress("cancel", (progress) => cancel.cancel(jobId, progress));
      const text =
        outcome === "ends elsewhere"
          ? "asked to stop; the process that runs it ends before its next step, unless this was the last"
          : outcome;
      process.stdout.write(`${jobId}: ${text}\n`);
    });
}

export function restartCommand(): Command {
  return new Command("restart")
    .description("run a machine's job again that failed or was cancelled")
    .argument("<job>", "id of the job")
    .exitOverride()
    .action(async (jobId: string, _flags: object, command: Command) => {
      const engine = await openSession(command);
      await stoppable("restart", (progress) => engine.itemJobs.restart(jobId, progress));
      process.stdout.write(`${jobId}: done\n`);
    });
}
