import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

/** `siterecovery reverse-replicate <item>`: protects a machine from the side that it runs at (SEC-7, V2F-4). */
export function reverseReplicateCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("reverse-replicate").json("reverse-replicate"))
    .group("emergency")
    .example("reverse-replicate web1", "protect web1 from the side that it runs at now")
    .description("protect a committed machine from the side that it runs at")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "reverseReplicate" }));
      if (!(await goesOn(options, foresee))) return;
      await stoppable(name, (progress) => engine.moves.reverseReplicate(id, progress));
      const { activeLocation } = engine.findItem(id)!;
      const sentence = `${name} runs at the ${activeLocation} side and is protected there`;
      printMoved("reverse-replicate", engine, id, options, sentence);
    });
}
