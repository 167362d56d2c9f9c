import { nameOf, parentOf } from "../arm-id.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import { limitOf } from "./limit-option.ts";
import { momentOf } from "./moment-option.ts";
import { eventTargetNamed } from "./plan-named.ts";
import { openSession, printJson } from "./session.ts";
import { isoTime } from "./times.ts";

/** `siterecovery events [name]`: what happened, newest last. */
export function eventsCommand(): CliCommand {
  return new CliCommand("events")
    .group("daily")
    .description("what happened: jobs that ended, replication that failed, paused or got late; newest last")
    .argument("[name]", "name of a protected item, recovery plan or drill (default: all)")
    .option("--since <when>", "a time, or how long ago: 30m, 24h, 7d")
    .option("--limit <count>", "how many", "50")
    .json("events")
    .example("events web1 --since 24h", "what happened to web1 in the last day")
    .action(
      async (
        name: string | undefined,
        flags: { since?: string; limit: string; json?: boolean },
        command: CliCommand,
      ) => {
        const since = flags.since === undefined ? undefined : momentOf(flags.since, "--since");
        const limit = limitOf(flags.limit);
        const engine = await openSession(command);
        const events = engine.events({
          limit,
          ...(since === undefined ? {} : { since }),
          ...(name === undefined ? {} : { targetId: eventTargetNamed(engine, name) }),
        });
        if (flags.json === true) {
          return printJson(
            "events",
            events.map(({ type, code, severity, description, targetId, jobId, at, actor }) => ({
              eventCode: code,
              eventType: type,
              severity,
              description,
              timeOfOccurrence: isoTime(at),
              actor: actor ?? null,
              affectedObjectFriendlyName: nameOf(targetId),
              affectedObjectCorrelationId: targetId,
              fabricId: /\/replicationFabrics\//i.test(targetId) ? parentOf(parentOf(targetId)) : null,
              eventSpecificDetails:
                jobId === undefined ? null : { instanceType: "JobStatus" as const, jobId },
            })),
          );
        }
        const rows = events.map(({ at, severity, code, targetId, description, actor = "-" }) => [
          formatTime(at),
          severity,
          code,
          nameOf(targetId),
          actor,
          description,
        ]);
        process.stdout.write(
          rows.length === 0
            ? "Nothing happened.\n"
            : `${formatTable(["TIME", "SEVERITY", "EVENT", "OF", "BY", "WHAT"], rows)}\n`,
        );
      },
    );
}
