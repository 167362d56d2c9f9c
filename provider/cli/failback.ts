import { Command } from "commander";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery failback <item>`: planned failover from the recovery side (H2F-4), commit, reverse replication. */
export function failbackCommand(): Command {
  return new Command("failback")
    .description("bring a machine back to the primary side, commit, and protect it again")
    .argument("<item>", "name of a protected item")
    .action(async (name: string, _options: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await withProgress(name, async (progress) => {
        await engine.failback(id, progress);
        await engine.commit(id, progress);
        await engine.reverseReplicate(id, progress);
      });
      process.stdout.write(`${name} runs at the primary side and is protected again\n`);
    });
}
