import { Command } from "commander";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery commit <item>`: accepts a failover; the recovery points that were not used are given up. */
export function commitCommand(): Command {
  return withBeforeOptions(new Command("commit"))
    .description("commit a failover or failback that is commit-pending")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, options: BeforeFlags, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "commit" }));
      if (!(await goesOn(options, foresee))) return;
      await withProgress(name, (progress) => engine.moves.commit(id, progress));
      process.stdout.write(`${name}: committed\n`);
    });
}
