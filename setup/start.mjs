// `npm start`: makes available what is missing, then makes the project's Pulumi program true
// for an example, and says what is protected.

import { join } from "node:path";
import { buildWhenStale } from "./build-when-stale.mjs";
import { chooseExample, surroundingsOf } from "./choose-example.mjs";
import { clearStaleLocks } from "./clear-stale-locks.mjs";
import { endOrphanedProviders } from "./end-orphaned-providers.mjs";
import { forgetInterruptedOperations } from "./forget-interrupted-operations.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { makeExampleMachines } from "./make-example-machines.mjs";
import { nodePath, projectFolder } from "./project.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { collectOutput, runOnTerminal } from "./run-command.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

await runToExit(async () => {
  const { example, rest } = chooseExample(process.argv.slice(2));
  await installDependencies();
  await buildWhenStale();
  await makeExampleMachines(example);
  const { pulumi, env } = await ensurePulumi();
  const { stack, environment } = surroundingsOf(example, env);
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
  process.stderr.write(`• Running pulumi up on stack ${stack} (Ctrl-C once stops it in order)\n`);
  const upExitCode = await runOnTerminal(
    pulumi,
    ["up", "--yes", "--stack", stack, "--suppress-permalink=true", ...rest],
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
