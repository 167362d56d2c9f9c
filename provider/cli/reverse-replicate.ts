import { Command } from "commander";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

/** `siterecovery reverse-replicate <item>`: protects a machine from the side that it runs at (SEC-7, V2F-4). */
export function reverseReplicateCommand(): Command {
  return withBeforeOptions(new Command("reverse-replicate"))
    .description("protect a committed machine from the side that it runs at")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "reverseReplicate" }));
      if (!(await goesOn(options, foresee))) return;
      await stoppable(name, (progress) => engine.moves.reverseReplicate(id, progress));
      const { activeLocation } = engine.findItem(id)!;
      process.stdout.write(`${name} runs at the ${activeLocation} side and is protected there\n`);
    });
}
