import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTable } from "./format.ts";
import type { AlertJson } from "./json/upkeep.ts";
import { openSession, printJson } from "./session.ts";

/** Drills that wait for a person, or whose schedule's last run did not succeed: solved by the next one that does. */
function alertsOfDrills(engine: Engine): AlertJson[] {
  return engine.drills.list().flatMap(({ drill, result, waits }): AlertJson[] => {
    if (waits !== undefined)
      return [{ name: nameOf(drill.id), severity: "Warning", code: "DrillWaits", message: waits }];
    const run = result?.lastRun;
    if (run?.error === undefined) return [];
    const [severity, code] =
      run.state === "Skipped" ? ["Warning", "DrillSkipped"] : ["Critical", "DrillFailed"];
    const message = `its run of ${run.startTime} ${run.state === "Skipped" ? "was skipped" : "failed"}: ${run.error}`;
    return [{ name: nameOf(drill.id), severity: severity!, code: code!, message }];
  });
}

/** What is wrong now with the health of items and drills: an alert stays until it is solved. */
async function alertsOf(engine: Engine): Promise<AlertJson[]> {
  const views = await Promise.all(engine.items().map(({ id }) => engine.viewItem(id)));
  const ofItems = views.flatMap(({ item, failoverHealth, healthNotes }) => {
    const name = nameOf(item.id);
    const notes = healthNotes.map(({ severity, code, text }) => ({ name, severity, code, message: text }));
    const isBare = failoverHealth !== "Normal" && notes.length === 0;
    const message = "it has no recovery point to fail over to";
    return isBare ? [{ name, severity: "Warning", code: "NoRecoveryPoint", message }] : notes;
  });
  return [...ofItems, ...alertsOfDrills(engine)];
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
