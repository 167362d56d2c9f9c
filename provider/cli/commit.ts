import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";

/** `siterecovery commit <item>`: accepts a failover; the recovery points that were not used are given up. */
export function commitCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("commit").json("commit"))
    .group("emergency")
    .example("commit web1", "keep web1 where its failover has put it")
    .description("commit a failover or failback that is commit-pending")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "commit" }));
      if (!(await goesOn(options, foresee))) return;
      await withProgress(name, (progress) => engine.moves.commit(id, progress));
      printMoved("commit", engine, id, options, `${name}: committed`);
    });
}
