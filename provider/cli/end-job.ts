/** `siterecovery jobs complete`, `cancel` and `restart`: a person continues, stops or repeats a job. */
import type { PlanOutcome } from "../engine/recovery-plan/recovery-plans.ts";
import { CliCommand } from "./cli-command.ts";
import { jobJson } from "./job-json.ts";
import { PlanRuns, type RunFlags } from "./run-plan.ts";
import { openSession, printJson } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";
import { stoppable } from "./stoppable.ts";

export function completeCommand(): CliCommand {
  return new CliCommand("complete")
    .description("mark the manual step that a recovery plan waits for as done; the plan continues")
    .argument("<job>", "id of the job")
    .option("--comments <text>", "kept with the step", "")
    .option("--no-wait", "end with exit code 3 where another manual step waits, instead of waiting for it")
    .json("jobs complete")
    .exits("notYet")
    .example('jobs complete <job> --comments "checked by Ann"', "the step is done; the plan continues")
    .action(async (jobId: string, { comments }: { comments: string }, command: CliCommand) => {
      // `--json` is an option of `jobs` as well, which sees it first.
      const flags = command.optsWithGlobals<RunFlags>();
      const engine = await openSession(command);
      const planId = engine.plans.planOfJob(jobId);
      let isElsewhere = false;
      const runs = new PlanRuns(engine, planId, flags);
      await runs.run(async (progress): Promise<PlanOutcome> => {
        const options = { waits: flags.wait ?? true };
        const outcome = await engine.plans.complete(jobId, comments, progress, options);
        isElsewhere = outcome === "goes on elsewhere";
        return outcome === "goes on elsewhere" ? { jobId, state: "Succeeded" } : outcome;
      });
      runs.end();
      if (isElsewhere) process.stderr.write("completed; the process that waits for it continues\n");
    });
}

export function cancelCommand(): CliCommand {
  return new CliCommand("cancel")
    .description(
      "stop a job: one of a machine is rolled back or left to be resumed, a plan's run is given up",
    )
    .argument("<job>", "id of the job")
    .json("jobs cancel")
    .example("jobs cancel <job>", "stop it, here or in another process")
    .action(async (jobId: string, _flags: object, command: CliCommand) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const engine = await openSession(command);
      const cancel = engine.itemJobs.has(jobId) ? engine.itemJobs : engine.plans;
      const outcome = await withProgress("cancel", (progress) => cancel.cancel(jobId, progress));
      if (json === true) return printJson("jobs cancel", { jobId, outcome });
      const text =
        outcome === "ends elsewhere"
          ? "asked to stop; the process that runs it ends before its next step, unless this was the last"
          : outcome;
      process.stdout.write(`${jobId}: ${text}\n`);
    });
}

export function restartCommand(): CliCommand {
  return new CliCommand("restart")
    .description("run a machine's job again that failed or was cancelled")
    .argument("<job>", "id of the job")
    .json("jobs restart")
    .exits("notYet", "interrupted", "terminated")
    .example("jobs restart <job>", "run a failed job again")
    .action(async (jobId: string, _flags: object, command: CliCommand) => {
      const { json } = command.optsWithGlobals<{ json?: boolean }>();
      const engine = await openSession(command);
      const itemId = await stoppable("restart", (progress) => engine.itemJobs.restart(jobId, progress));
      if (json === true) {
        const [job] = engine.jobs({ targetId: itemId, limit: 1 });
        return printJson("jobs restart", { job: jobJson(job!) });
      }
      process.stdout.write(`${jobId}: done\n`);
    });
}
