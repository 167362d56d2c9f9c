import { Command } from "commander";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery migrate <item>`: moves a machine to the target once and for all, outside of any program. */
export function migrateCommand(): Command {
  return new Command("migrate")
    .description("migrate a machine, without a way back (a program declares it with migrated)")
    .argument("<item>", "name of a migration item")
    .option("--no-shutdown", "leave the source running; what it writes from now on stays behind")
    .action(async (name: string, flags: { shutdown: boolean }, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await withProgress(name, (progress) => engine.moves.migrate(id, flags.shutdown, progress));
      const { recoveryMachine } = engine.findItem(id)!.details;
      const source = flags.shutdown ? "its source is shut down" : "its source still runs";
      process.stdout.write(`${name} runs at the target as ${recoveryMachine!.name}; ${source}\n`);
    });
}
