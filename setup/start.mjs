// `npm start`: makes available what is missing, then makes the project's Pulumi program true, and says what is protected.

import { join } from "node:path";
import { buildWhenStale } from "./build-when-stale.mjs";
import { clearStaleLocks } from "./clear-stale-locks.mjs";
import { endOrphanedProviders } from "./end-orphaned-providers.mjs";
import { forgetInterruptedOperations } from "./forget-interrupted-operations.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { makeExampleMachines } from "./make-example-machines.mjs";
import { nodePath, projectFolder } from "./project.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { collectOutput, runOnTerminal } from "./run-command.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

/** The stack that is used when the user has not named one in PULUMI_STACK. */
const DEFAULT_STACK = "dev";

await runToExit(async () => {
  await installDependencies();
  await buildWhenStale();
  await makeExampleMachines();
  const { pulumi, env } = await ensurePulumi();
  const stack = env["PULUMI_STACK"] || DEFAULT_STACK;
  const run = { folder: projectFolder, environment: env, stopsInOrder: true };

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
  process.stderr.write(`• Running pulumi up on stack ${stack} (Ctrl-C once stops it in order)\n`);
  const upExitCode = await runOnTerminal(
    pulumi,
    ["up", "--yes", "--stack", stack, "--suppress-permalink=true", ...process.argv.slice(2)],
    run,
  );
  if (upExitCode !== 0) {
    process.stderr.write(
      "\npulumi up did not finish. What was done stays done: see to what it says above, then run npm start again.\n",
    );
    return upExitCode;
  }
  return runOnTerminal(nodePath(), [join(projectFolder, "dist", "cli", "main.js"), "status"], run);
});
