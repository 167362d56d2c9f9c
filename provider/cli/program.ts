/** The commands, and what becomes of their errors: one line and an exit code. */
import { Command, CommanderError } from "commander";
import { SiteRecoveryError } from "../errors.ts";
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
import { convertCommand } from "./convert.ts";
import { exportCommand } from "./export.ts";
import { explainCommand } from "./explain.ts";
import { adoptMachineCommand, chooseMachineCommand, confirmSourceOffCommand } from "./decide.ts";
import { failbackCommand } from "./failback.ts";
import { failoverCommand } from "./failover.ts";
import { initCommand } from "./init.ts";
import { inventoryCommand } from "./inventory.ts";
import { jobsCommand } from "./jobs.ts";
import { migrateCommand } from "./migrate.ts";
import { disownCommand, ownersCommand } from "./owners.ts";
import { planCommand } from "./plan.ts";
import { recoveryPointsCommand } from "./recovery-points.ts";
import { replicateCommand } from "./replicate.ts";
import { reverseReplicateCommand } from "./reverse-replicate.ts";
import { rotateKeyCommand } from "./rotate-key.ts";
import { schemaCommand } from "./schema.ts";
import { Stopped } from "./stoppable.ts";
import { simulateCommand } from "./simulate.ts";
import { statusCommand } from "./status.ts";
import { cleanUpTestFailoverCommand, testFailoverCommand } from "./test-failover.ts";
import { unlockCommand } from "./unlock.ts";
import { validateCommand } from "./validate.ts";
import { verifyCommand } from "./verify.ts";
import { packageVersion } from "../package-version.ts";

function program(): Command {
  const root = new Command("siterecovery")
    .description("Disaster recovery as code: see and steer what `pulumi up` protects.")
    .version(packageVersion())
    .option("--home <folder>", "the engine's home (default: SITERECOVERY_HOME, else .siterecovery here)")
    .exitOverride()
    .showHelpAfterError("(siterecovery --help shows the commands)");
  const commands = [
    statusCommand(),
    machinesCommand(),
    replicateCommand(),
    recoveryPointsCommand(),
    exportCommand(),
    attachCommand(),
    verifyCommand(),
    rotateKeyCommand(),
    keyCommand(),
    adoptCommand(),
    failoverCommand(),
    changeRecoveryPointCommand(),
    cancelFailoverCommand(),
    commitCommand(),
    reverseReplicateCommand(),
    failbackCommand(),
    confirmSourceOffCommand(),
    chooseMachineCommand(),
    adoptMachineCommand(),
    migrateCommand(),
    testFailoverCommand(),
    cleanUpTestFailoverCommand(),
    planCommand(),
    jobsCommand(),
    pauseCommand(),
    resumeCommand(),
    unlockCommand(),
    eventsCommand(),
    alertsCommand(),
    ownersCommand(),
    disownCommand(),
    initCommand(),
    inventoryCommand(),
    validateCommand(),
    explainCommand(),
    simulateCommand(),
    convertCommand(),
    schemaCommand(),
  ];
  for (const command of commands) root.addCommand(command.exitOverride());
  return root;
}

/**
 * Runs the command line; the exit code: 0 done, 1 failed, 2 the command line is wrong, 130 stopped by Ctrl-C. A command that tells more
 * with it (verify) has set the one of its failure before it failed.
 */
export async function runProgram(): Promise<number> {
  try {
    await program().parseAsync(process.argv);
    return process.exitCode === undefined ? 0 : Number(process.exitCode);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Stopped) {
      process.stderr.write(`stopped: ${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof SiteRecoveryError && error.code !== "Bug") {
      process.stderr.write(`error: ${error.message}\n`);
      return Number(process.exitCode ?? 1);
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.stderr.write("This is a bug of siterecovery. Please report it with the lines above.\n");
    return Number(process.exitCode ?? 1);
  }
}
