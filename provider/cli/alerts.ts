import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTable } from "./format.ts";
import type { AlertJson } from "./json/upkeep.ts";
import { openSession, printJson } from "./session.ts";

async function alertsOf(engine: Engine): Promise<AlertJson[]> {
  const { alerts } = await engine.health();
  return alerts.map(({ targetId, severity, code, text }) => ({
    name: nameOf(targetId),
    severity,
    code,
    message: text,
  }));
}

/** A table on a terminal; elsewhere a line for each alert, for mails and `grep`. */
function alertsText(alerts: readonly AlertJson[]): string {
  if (process.stdout.isTTY) {
    const rows = alerts.map(({ name, severity, message }) => [severity, name, message]);
    return `${formatTable(["SEVERITY", "OF", "WHAT"], rows)}\n`;
  }
  return alerts
    .map(({ name, severity, message }) => `${severity}: ${name}: ${message.replaceAll(/\s*\n\s*/g, " ")}\n`)
    .join("");
}

/** `siterecovery alerts`: what needs a person now. */
export function alertsCommand(): CliCommand {
  return new CliCommand("alerts")
    .group("daily")
    .description("what is wrong with protected items and drills now, until it is solved")
    .option("--check", "exit code 1 when there is an alert, for CI and schedules")
    .json("alerts")
    .example("alerts --check", "fails a scheduled job when anything needs a person")
    .action(async (flags: { check?: boolean; json?: boolean }, command: CliCommand) => {
      const alerts = await alertsOf(await openSession(command));
      if (flags.json === true) printJson("alerts", alerts);
      else if (alerts.length === 0) process.stdout.write("No alerts.\n");
      else {
        process.stdout.write(alertsText(alerts));
      }
      if (flags.check === true && alerts.length > 0) process.exitCode = exitCodes.refused;
    });
}
