import { Command } from "commander";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

/** `siterecovery change-recovery-point <item> <point>`: another recovery point for a failover, before the commit. */
export function changeRecoveryPointCommand(): Command {
  return new Command("change-recovery-point")
    .description("make the machine of a commit-pending failover again from another recovery point")
    .argument("<item>", "name of a protected item")
    .argument("<point>", "latest, latestApplicationConsistent, or a point's id")
    .action(async (name: string, point: string, _options: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await stoppable(name, (progress) => engine.moves.changePoint(id, point, progress));
      const { pointId } = engine.findItem(id)!.details.recoveryMachine!;
      process.stdout.write(`${name} runs from ${pointId} now (commit pending)\n`);
    });
}
