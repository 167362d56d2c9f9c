// `npm start`: makes available what is missing, then makes the project's Pulumi program true
// for an example, and says what is protected and what to type next. `--verbose` shows all that Pulumi prints, `--serve` starts
// the service then, in the foreground.

import { join } from "node:path";
import { azuriteSummary, azuriteSurroundings, startAzuriteTarget } from "./azurite-target.mjs";
import { buildWhenStale } from "./build-when-stale.mjs";
import { chooseExample, startUsage, surroundingsOf } from "./choose-example.mjs";
import { clearStaleLocks } from "./clear-stale-locks.mjs";
import { endOrphanedProviders } from "./end-orphaned-providers.mjs";
import { forgetInterruptedOperations } from "./forget-interrupted-operations.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { makeExampleMachines } from "./make-example-machines.mjs";
import { nextCommands } from "./next-commands.mjs";
import { oneAtATime } from "./one-at-a-time.mjs";
import { nodePath, programFile, projectFolder } from "./project.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { pulumiUp } from "./pulumi-up.mjs";
import { drillQemuMachine, qemuSummary, startQemuMachine } from "./qemu-example.mjs";
import { collectOutput, runOnTerminal } from "./run-command.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

await runToExit(async () => {
  if (process.argv.includes("--help")) {
    process.stdout.write(startUsage());
    return 0;
  }
  const {
    example,
    rest,
    isVerbose,
    target,
    keeps = false,
    serves = false,
  } = chooseExample(process.argv.slice(2));
  await installDependencies();
  await buildWhenStale();
  const { pulumi, env } = await ensurePulumi();
  const { stack } = surroundingsOf(example, env);
  const lockFile = join(
    projectFolder,
    ".pulumi",
    `start-${[stack, target ?? "home"].join("-").replaceAll(/[^\w.-]/g, "_")}.lock`,
  );
  const exitCode = await oneAtATime(lockFile, start);
  if (!serves || exitCode !== 0) return exitCode;
  const { environment } = surroundingsOf(example, env);
  return runOnTerminal(nodePath(), [programFile, "serve"], {
    folder: projectFolder,
    environment,
    stopsInOrder: true,
  });

  /**
   * Makes the example's machines and protects them. Not twice at once: what a second one repaired would be the first one's work.
   * @returns {Promise<number>} the exit code
   */
  async function start() {
    if (target === "azurite") {
      const { folder, ...surroundings } = azuriteSurroundings(example, env);
      await makeExampleMachines(example, folder);
      const azurite = await startAzuriteTarget(example, folder, env);
      try {
        const exitCode = await protect(surroundings);
        if (exitCode !== 0) return exitCode;
        const result = { place: azurite.place, ...(await azurite.measure()), keeps };
        process.stdout.write(azuriteSummary(example, folder, result));
        if (keeps) await untilSignal();
        return 0;
      } finally {
        await azurite.stop();
      }
    }
    await makeExampleMachines(example);
    const surroundings = surroundingsOf(example, env);
    const isQemu = example === "qemu";
    if (isQemu) await startQemuMachine(join(projectFolder, "examples", "qemu"), surroundings.environment);
    const exitCode = await protect(surroundings);
    if (exitCode !== 0) return exitCode;
    if (isQemu) process.stdout.write(qemuSummary(await drillQemuMachine(surroundings.environment)));
    if (serves) return 0;
    const run = { folder: projectFolder, environment: surroundings.environment };
    const { output } = await collectOutput(nodePath(), [programFile, "status", "--json"], run);
    process.stdout.write(nextCommands(example, JSON.parse(output)));
    return 0;
  }

  /**
   * `pulumi up` and `siterecovery status`. Returns the exit code of what failed, or 0.
   * @param {{ stack: string, environment: Record<string, string> }} surroundings
   * @returns {Promise<number>}
   */
  async function protect({ stack, environment }) {
    const run = { folder: projectFolder, environment, stopsInOrder: true };

    const selected = await collectOutput(
      pulumi,
      ["stack", "select", "--create", "--non-interactive", stack],
      run,
    );
    if (selected.exitCode !== 0) {
      throw new SetupError(
        `${selected.output.trim()}\n\nThe stack ${stack} could not be selected.`,
        selected.exitCode,
      );
    }
    const repairs = [
      ...clearStaleLocks(env["PULUMI_BACKEND_URL"] ?? "", stack),
      ...(await endOrphanedProviders()),
      ...(await forgetInterruptedOperations(pulumi, stack, run)),
    ];
    for (const sentence of repairs) process.stderr.write(`• ${sentence}\n`);
    const upExitCode = await pulumiUp(pulumi, stack, { words: rest, isVerbose, run });
    if (upExitCode !== 0) {
      process.stderr.write(
        "\npulumi up did not finish. What was done stays done. Mend what it says above, then run npm start again.\n",
      );
      return upExitCode;
    }
    return runOnTerminal(nodePath(), [programFile, "status"], run);
  }
});

/** @returns {Promise<void>} resolved by Ctrl-C or SIGTERM */
function untilSignal() {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve());
    // A process without anything to do ends.
    const alive = setInterval(() => undefined, 60_000);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => clearInterval(alive));
  });
}
