import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";

/** `siterecovery migrate <item>`: moves a machine to the target once and for all, outside of any program. */
export function migrateCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("migrate").json("migrate"))
    .group("emergency")
    .example("migrate web1", "move web1 to the target once and for all")
    .description("migrate a machine, without a way back (a program declares it with migrated)")
    .argument("<item>", "name of a migration item")
    .option("--no-shutdown", "leave the source running; what it writes from now on stays behind")
    .action(async (name: string, flags: BeforeFlags & { shutdown: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const move = { action: "migrate", shutDownSource: flags.shutdown } as const;
      const foresee = async (): Promise<Outlook> => outlookOfMove(id, await engine.moves.foresee(id, move));
      if (!(await goesOn(flags, foresee))) return;
      await withProgress(name, (progress) => engine.moves.migrate(id, flags.shutdown, progress));
      const { recoveryMachine } = engine.findItem(id)!.details;
      const source = flags.shutdown ? "its source is shut down" : "its source still runs";
      const sentence = `${name} runs at the target as ${recoveryMachine!.name}; ${source}`;
      printMoved("migrate", engine, id, flags, sentence);
    });
}
