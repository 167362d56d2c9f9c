import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { isExpected } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodeOfCode, worstExitCode } from "./exit-codes.ts";
import type { RotateKeyJson } from "./json/upkeep.ts";
import { openSession, printJson, replicaHoldersNamed } from "./session.ts";

/** A target that is away keeps its key; the others get new ones. */
async function rotateOne(engine: Engine, id: string): Promise<RotateKeyJson> {
  const name = { target: nameOf(id), id };
  try {
    return { ...name, keyFile: await engine.upkeep.rotateKey(id) };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ...name, error: { code: error.code, message: error.message } };
  }
}

function print({ target, keyFile, error }: RotateKeyJson): void {
  if (keyFile !== undefined) process.stdout.write(`${target}: locked with a new key, ${keyFile}\n`);
  if (error !== undefined) {
    process.stderr.write(`${target}: error: its key was not changed. ${error.message}\n`);
  }
}

/** `siterecovery rotate-key`: locks all that keeps replicas with new keys. */
export function rotateKeyCommand(): CliCommand {
  return new CliCommand("rotate-key")
    .group("upkeep")
    .exits("notYet")
    .description("lock all that keeps replicas with new random keys; the old ones open them no more")
    .option(
      "--target <name...>",
      "which storage accounts, master targets, storage classifications or hosts (default: all that keep replicas)",
    )
    .json("rotate-key")
    .example("rotate-key --target drreplicas", "a new key for one storage account")
    .addHelpText(
      "after",
      "\nNo replica is rewritten. Back up the new key files afterwards, apart from the replicas: without them no" +
        " recovery point can be opened.",
    )
    .action(async (flags: { target?: string[]; json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const outcomes: RotateKeyJson[] = [];
      for (const id of replicaHoldersNamed(engine, flags.target)) {
        const outcome = await rotateOne(engine, id);
        outcomes.push(outcome);
        if (flags.json !== true) print(outcome);
      }
      if (flags.json === true) printJson("rotate-key", outcomes);
      else if (outcomes.length === 0) process.stdout.write("Nothing keeps replicas yet.\n");
      else if (outcomes.some(({ keyFile }) => keyFile !== undefined)) {
        process.stdout.write(
          "Copies of the old keys open these replicas no more, and nothing of the replicas was rewritten. Back up the " +
            "new key files, apart from the replicas: without them no recovery point can be opened.\n",
        );
      }
      process.exitCode = worstExitCode(
        outcomes.flatMap(({ error }) => (error ? exitCodeOfCode(error.code) : [])),
      );
    });
}
