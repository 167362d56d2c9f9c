import { nameOf } from "../arm-id.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import { formatSeconds } from "../format-seconds.ts";
import { cancelCommand, completeCommand, restartCommand } from "./end-job.ts";
import { jobJson } from "./job-json.ts";
import { limitOf } from "./limit-option.ts";
import { targetNamed } from "./plan-named.ts";
import { openSession, printJson } from "./session.ts";

const head = ["STARTED", "JOB", "OF", "STATE", "TOOK", "BY", "TASKS", "ID"];

/** `siterecovery jobs [name]`: what the engine did, newest first, with each job's tasks. */
export function jobsCommand(): CliCommand {
  return (
    new CliCommand("jobs")
      .group("daily")
      .description("the engine's jobs and their tasks, newest first")
      .argument("[name]", "name of a protected item or recovery plan (default: all)")
      .option("--limit <count>", "how many", "20")
      .json("jobs")
      .example("jobs web1 --limit 5", "the last five jobs of web1, task by task")
      // Words after `complete` or `cancel` belong to those commands.
      .enablePositionalOptions()
      .addCommand(completeCommand())
      .addCommand(cancelCommand())
      .addCommand(restartCommand())
      .action(
        async (name: string | undefined, flags: { limit: string; json?: boolean }, command: CliCommand) => {
          const limit = limitOf(flags.limit);
          const engine = await openSession(command);
          const target = name === undefined ? {} : { targetId: targetNamed(engine, name) };
          const jobs = engine.jobs({ ...target, limit });
          if (flags.json === true) return printJson("jobs", jobs.map(jobJson));
          const rows = jobs.map((job) => [
            formatTime(job.startedAt),
            job.scenario,
            nameOf(job.targetId),
            job.state,
            job.endedAt === undefined ? "-" : formatSeconds((job.endedAt - job.startedAt) / 1000),
            job.actor ?? "-",
            job.tasks.map((task) => `${task.name} ${task.state}`).join("\n"),
            job.id,
          ]);
          process.stdout.write(rows.length === 0 ? "No jobs yet.\n" : `${formatTable(head, rows)}\n`);
        },
      )
  );
}
