import { Command } from "commander";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery cancel-failover <item>`: goes on where the machine came from, before the commit. */
export function cancelFailoverCommand(): Command {
  return withBeforeOptions(new Command("cancel-failover"))
    .description("give up a failover that is commit-pending, with all that the machine wrote since")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "cancel" }));
      if (!(await goesOn(options, foresee))) return;
      await withProgress(name, (progress) => engine.moves.cancel(id, progress));
      process.stdout.write(`${name} runs at the ${engine.findItem(id)!.activeLocation} side again\n`);
    });
}
