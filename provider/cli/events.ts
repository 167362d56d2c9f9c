import { nameOf, parentOf } from "../arm-id.ts";
import { systemClock } from "../clock.ts";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import { limitOf } from "./limit-option.ts";
import { eventTargetNamed } from "./plan-named.ts";
import { openSession, printJson } from "./session.ts";
import { isoTime } from "./times.ts";

const millisecondsOf: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A moment: an ISO 8601 time, or how long ago it was. Throws `InvalidInput`. */
function sinceOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  const ago = /^(\d+)([mhd])$/.exec(written);
  const at = ago ? systemClock.now() - Number(ago[1]) * millisecondsOf[ago[2]!]! : Date.parse(written);
  if (!Number.isNaN(at)) return at;
  const message = `--since is "${written}"; write a time such as 2026-01-05T08:00:00Z, or 30m, 24h, 7d.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "--since" });
}

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
        const [since, limit] = [sinceOf(flags.since), limitOf(flags.limit)];
        const engine = await openSession(command);
        const events = engine.events({
          limit,
          ...(since === undefined ? {} : { since }),
          ...(name === undefined ? {} : { targetId: eventTargetNamed(engine, name) }),
        });
        if (flags.json === true) {
          return printJson(
            "events",
            events.map(({ type, code, severity, description, targetId, jobId, at }) => ({
              eventCode: code,
              eventType: type,
              severity,
              description,
              timeOfOccurrence: isoTime(at),
              affectedObjectFriendlyName: nameOf(targetId),
              affectedObjectCorrelationId: targetId,
              fabricId: /\/replicationFabrics\//i.test(targetId) ? parentOf(parentOf(targetId)) : null,
              eventSpecificDetails:
                jobId === undefined ? null : { instanceType: "JobStatus" as const, jobId },
            })),
          );
        }
        const rows = events.map(({ at, severity, code, targetId, description }) => [
          formatTime(at),
          severity,
          code,
          nameOf(targetId),
          description,
        ]);
        process.stdout.write(
          rows.length === 0
            ? "Nothing happened.\n"
            : `${formatTable(["TIME", "SEVERITY", "EVENT", "OF", "WHAT"], rows)}\n`,
        );
      },
    );
}
