/** The commands, and what becomes of their errors: one line and an exit code. */
import { CommanderError, Option } from "commander";
import { isExpected, messageOf, SiteRecoveryError } from "../errors.ts";
import { adoptCommand } from "./adopt.ts";
import { alertsCommand } from "./alerts.ts";
import { keyCommand } from "./key.ts";
import { machinesCommand } from "./machines.ts";
import { eventsCommand } from "./events.ts";
import { pauseCommand, resumeCommand } from "./pause.ts";
import { attachCommand } from "./attach.ts";
import { cancelFailoverCommand } from "./cancel-failover.ts";
import { changeRecoveryPointCommand } from "./change-recovery-point.ts";
import { commitCommand } from "./commit.ts";
import { completionCommand } from "./completion.ts";
import { consoleCommand } from "./console.ts";
import { convertCommand } from "./convert.ts";
import { drillCommand } from "./drill.ts";
import { exportCommand } from "./export.ts";
import { explainCommand } from "./explain.ts";
import {
  adoptMachineCommand,
  chooseMachineCommand,
  confirmSourceOffCommand,
  discardPrimaryChangesCommand,
  takeOverMachineCommand,
} from "./decide.ts";
import { failbackCommand } from "./failback.ts";
import { failoverCommand } from "./failover.ts";
import { hydrateCommand } from "./hydrate.ts";
import { initCommand } from "./init.ts";
import { inventoryCommand } from "./inventory.ts";
import { jobsCommand } from "./jobs.ts";
import { migrateCommand } from "./migrate.ts";
import { disownCommand, ownersCommand } from "./owners.ts";
import { planCommand } from "./plan.ts";
import { powerCommand } from "./power.ts";
import { recoveryPointsCommand } from "./recovery-points.ts";
import { replicateCommand } from "./replicate.ts";
import { retentionCommand } from "./retention.ts";
import { reverseReplicateCommand } from "./reverse-replicate.ts";
import { rotateKeyCommand } from "./rotate-key.ts";
import { notificationsCommand } from "./notifications.ts";
import { serveCommand } from "./serve.ts";
import { schemaCommand } from "./schema.ts";
import { serviceCommand } from "./service-install.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { targetCommand } from "./target.ts";
import { cleanUpTestFailoverCommand, testFailoverCommand } from "./test-failover.ts";
import { unlockCommand } from "./unlock.ts";
import { validateCommand } from "./validate.ts";
import { verifyCommand } from "./verify.ts";
import { logLevels } from "../log.ts";
import { packageVersion } from "../package-version.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { inTodaysSpelling } from "./former-spellings.ts";
import { helpWords } from "./help-words.ts";
import type { FailureJson } from "./json/outputs.ts";
import { Printed } from "./printed.ts";
import { printJson } from "./session.ts";
import { Stopped } from "./stopped.ts";

/** The tree of commands. Help, man page, completion and docs are made from it. */
export function program(): CliCommand {
  const root = new CliCommand("siterecovery")
    .description("Disaster recovery as code: see and steer what `pulumi up` protects.")
    .version(packageVersion())
    .option(
      "--home <folder>",
      "the engine's home (default: SITERECOVERY_HOME, else .siterecovery in the folder of Pulumi.yaml, or here)",
    )
    .addOption(
      new Option("--log-level <level>", "log what the engine does to stderr, as JSON lines").choices(
        logLevels,
      ),
    )
    .exits("notYet", "interrupted", "terminated")
    .example("status", "what is protected")
    .example("status --json", "the same for scripts");
  const commands = [
    statusCommand(),
    machinesCommand(),
    powerCommand(),
    consoleCommand(),
    replicateCommand(),
    serveCommand(),
    recoveryPointsCommand(),
    exportCommand(),
    hydrateCommand(),
    attachCommand(),
    verifyCommand(),
    retentionCommand(),
    rotateKeyCommand(),
    keyCommand(),
    adoptCommand(),
    targetCommand(),
    failoverCommand(),
    changeRecoveryPointCommand(),
    cancelFailoverCommand(),
    commitCommand(),
    reverseReplicateCommand(),
    failbackCommand(),
    confirmSourceOffCommand(),
    discardPrimaryChangesCommand(),
    chooseMachineCommand(),
    adoptMachineCommand(),
    takeOverMachineCommand(),
    migrateCommand(),
    testFailoverCommand(),
    cleanUpTestFailoverCommand(),
    drillCommand(),
    planCommand(),
    jobsCommand(),
    pauseCommand(),
    resumeCommand(),
    unlockCommand(),
    eventsCommand(),
    alertsCommand(),
    notificationsCommand(),
    serviceCommand(),
    ownersCommand(),
    disownCommand(),
    initCommand(),
    inventoryCommand(),
    validateCommand(),
    explainCommand(),
    simulateCommand(),
    convertCommand(),
    schemaCommand(),
    completionCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  return root;
}

/** Whether the command line asks for JSON, as far as that can be said of one that may be wrong. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf("--");
  return (end < 0 ? words : words.slice(0, end)).includes("--json");
}

/** The error as stdout has it under `--json`. */
function failureJson(error: unknown, exitCode: number): FailureJson {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "");
    return { error: { code: "Usage", message, target: null, property: null, exitCode } };
  }
  const { code, target, property } = error instanceof SiteRecoveryError ? error : {};
  const message = messageOf(error);
  const word = error instanceof Stopped ? "Cancelled" : (code ?? "Bug");
  return {
    error: { code: word, message, target: target ?? null, property: property ?? null, exitCode },
  };
}

/** One line for a person's mistake; all that is known of a bug. */
function errorText(error: unknown): string {
  if (error instanceof Stopped) return `stopped: ${error.message}\n`;
  if (isExpected(error)) return `error: ${error.message}\n`;
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${what}\nThis is a bug of siterecovery. Please report it with the lines above.\n`;
}

/** Runs the command line: the words after `siterecovery`. Returns the exit code; exit-codes.ts says what each means. */
export async function runProgram(written: readonly string[]): Promise<number> {
  const { words, notes } = inTodaysSpelling(written);
  for (const note of notes) process.stderr.write(`${note}\n`);
  try {
    const root = program();
    await root.parseAsync(helpWords(root, words), { from: "user" });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (thrown) {
    const error = thrown instanceof Printed ? thrown.error : thrown;
    const exitCode = exitCodeOf(error);
    // Commander has written its own errors, and help is none.
    if (!(error instanceof CommanderError)) process.stderr.write(errorText(error));
    if (exitCode !== exitCodes.done && wantsJson(words) && !(thrown instanceof Printed))
      printJson("error", failureJson(error, exitCode));
    return exitCode;
  }
}
