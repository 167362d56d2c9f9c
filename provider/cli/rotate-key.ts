import { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import { accountsNamed, openSession, printJson } from "./session.ts";

/** `siterecovery rotate-key`: locks storage accounts with new keys. */
export function rotateKeyCommand(): Command {
  return new Command("rotate-key")
    .description("lock storage accounts with new random keys; the old ones open them no more")
    .option("--storage-account <name...>", "which storage accounts (default: all)")
    .option("--json", "for scripts")
    .addHelpText(
      "after",
      "\nNo replica is rewritten. Back up the new key files afterwards, apart from the replicas: without them no" +
        " recovery point can be opened.\n\nExample: siterecovery rotate-key --storage-account drreplicas",
    )
    .action(async (flags: { storageAccount?: string[]; json?: boolean }, command: Command) => {
      const engine = await openSession(command);
      const done: { storageAccount: string; id: string; keyFile: string }[] = [];
      for (const id of accountsNamed(engine, flags.storageAccount)) {
        const keyFile = await engine.upkeep.rotateKey(id);
        done.push({ storageAccount: nameOf(id), id, keyFile });
        if (flags.json !== true) process.stdout.write(`${nameOf(id)}: locked with a new key, ${keyFile}\n`);
      }
      if (flags.json === true) printJson(done);
      else if (done.length === 0) process.stdout.write("There is no storage account yet.\n");
      else {
        process.stdout.write(
          "Copies of the old keys open these replicas no more, and nothing of the replicas was rewritten. Back up the " +
            "new key files, apart from the replicas: without them no recovery point can be opened.\n",
        );
      }
    });
}
