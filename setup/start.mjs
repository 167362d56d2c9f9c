// `npm start`: makes available what is missing, then makes the project's Pulumi program true
// for an example, and says what is protected and what to type next. `--verbose` shows all that Pulumi prints.

import { join } from "node:path";
import { buildWhenStale } from "./build-when-stale.mjs";
import { chooseExample, surroundingsOf } from "./choose-example.mjs";
import { clearStaleLocks } from "./clear-stale-locks.mjs";
import { endOrphanedProviders } from "./end-orphaned-providers.mjs";
import { forgetInterruptedOperations } from "./forget-interrupted-operations.mjs";
import { installDependencies } from "./install-dependencies.mjs";
import { makeExampleMachines } from "./make-example-machines.mjs";
import { nextCommands } from "./next-commands.mjs";
import { nodePath, projectFolder } from "./project.mjs";
import { ensurePulumi } from "./pulumi-environment.mjs";
import { pulumiUp } from "./pulumi-up.mjs";
import { collectOutput, runOnTerminal } from "./run-command.mjs";
import { runToExit, SetupError } from "./setup-error.mjs";

await runToExit(async () => {
  const { example, rest, isVerbose } = chooseExample(process.argv.slice(2));
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
  const upExitCode = await pulumiUp(pulumi, stack, { words: rest, isVerbose, run });
  if (upExitCode !== 0) {
    process.stderr.write(
      "\npulumi up did not finish. What was done stays done. Mend what it says above, then run npm start again.\n",
    );
    return upExitCode;
  }
  const program = join(projectFolder, "dist", "cli", "main.js");
  const statusExitCode = await runOnTerminal(nodePath(), [program, "status"], run);
  if (statusExitCode !== 0) return statusExitCode;
  const { output } = await collectOutput(nodePath(), [program, "status", "--json"], run);
  process.stdout.write(nextCommands(example, JSON.parse(output)));
  return 0;
});
