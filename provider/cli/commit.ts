import { Command } from "commander";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery commit <item>`: accepts a failover; the recovery points that were not used are given up. */
export function commitCommand(): Command {
  return new Command("commit")
    .description("commit a failover or failback that is commit-pending")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, _options: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await withProgress(name, (progress) => engine.moves.commit(id, progress));
      process.stdout.write(`${name}: committed\n`);
    });
}
