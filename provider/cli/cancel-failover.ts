import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";

/** `siterecovery cancel-failover <item>`: starts the machine where it came from, before the commit. */
export function cancelFailoverCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("cancel-failover").json("cancel-failover"))
    .group("emergency")
    .example("cancel-failover web1", "go back to the machine from before the failover")
    .description("give up a failover that is commit-pending, with all that the machine wrote since")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "cancel" }));
      if (!(await goesOn(options, foresee))) return;
      await withProgress(name, (progress) => engine.moves.cancel(id, progress));
      const { activeLocation } = engine.findItem(id)!;
      printMoved("cancel-failover", engine, id, options, `${name} runs at the ${activeLocation} side again`);
    });
}
