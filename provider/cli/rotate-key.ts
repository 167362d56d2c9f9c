import { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { openSession, printJson, replicaHoldersNamed } from "./session.ts";

interface Outcome {
  readonly target: string;
  readonly id: string;
  readonly keyFile?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A target that is away keeps its key; the others get new ones. */
async function rotateOne(engine: Engine, id: string): Promise<Outcome> {
  const name = { target: nameOf(id), id };
  try {
    return { ...name, keyFile: await engine.upkeep.rotateKey(id) };
  } catch (error) {
    if (!(error instanceof SiteRecoveryError) || error.code === "Bug") throw error;
    return { ...name, error: { code: error.code, message: error.message } };
  }
}

function print({ target, keyFile, error }: Outcome): void {
  if (keyFile !== undefined) process.stdout.write(`${target}: locked with a new key, ${keyFile}\n`);
  if (error !== undefined) {
    process.stderr.write(`${target}: error: its key was not changed. ${error.message}\n`);
  }
}

/** `siterecovery rotate-key`: locks all that keeps replicas with new keys. */
export function rotateKeyCommand(): Command {
  return new Command("rotate-key")
    .description("lock all that keeps replicas with new random keys; the old ones open them no more")
    .option(
      "--target <name...>",
      "which storage accounts, master targets, storage classifications or hosts (default: all that keep replicas)",
    )
    .option("--json", "for scripts")
    .addHelpText(
      "after",
      "\nNo replica is rewritten. Back up the new key files afterwards, apart from the replicas: without them no" +
        " recovery point can be opened.\n\nExit code: 0 all keys were changed, 1 some were not." +
        "\n\nExample: siterecovery rotate-key --target drreplicas",
    )
    .action(async (flags: { target?: string[]; json?: boolean }, command: Command) => {
      const engine = await openSession(command);
      const outcomes: Outcome[] = [];
      for (const id of replicaHoldersNamed(engine, flags.target)) {
        const outcome = await rotateOne(engine, id);
        outcomes.push(outcome);
        if (flags.json !== true) print(outcome);
      }
      if (flags.json === true) printJson(outcomes);
      else if (outcomes.length === 0) process.stdout.write("Nothing keeps replicas yet.\n");
      else if (outcomes.some(({ keyFile }) => keyFile !== undefined)) {
        process.stdout.write(
          "Copies of the old keys open these replicas no more, and nothing of the replicas was rewritten. Back up the " +
            "new key files, apart from the replicas: without them no recovery point can be opened.\n",
        );
      }
      if (outcomes.some(({ error }) => error !== undefined)) process.exitCode = 1;
    });
}
