import { Command } from "commander";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery cancel-failover <item>`: goes on where the machine came from, before the commit. */
export function cancelFailoverCommand(): Command {
  return new Command("cancel-failover")
    .description("give up a failover that is commit-pending, with all that the machine wrote since")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, _options: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await withProgress(name, (progress) => engine.moves.cancel(id, progress));
      process.stdout.write(`${name} runs at the ${engine.findItem(id)!.activeLocation} side again\n`);
    });
}
