import { Command } from "commander";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { runsFrom } from "../engine/protected-item/runs-from.ts";
import { runsFromText } from "./runs-from.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

/** `siterecovery change-recovery-point <item> <point>`: another recovery point for a failover, before the commit. */
export function changeRecoveryPointCommand(): Command {
  return withBeforeOptions(new Command("change-recovery-point"))
    .description("make the machine of a commit-pending failover again from another recovery point")
    .argument("<item>", "name of a protected item")
    .argument("<point>", "latest, latestApplicationConsistent, or a point's id")
    .action(async (name: string, point: string, options: BeforeFlags, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "changePoint", recoveryPoint: point }));
      if (!(await goesOn(options, foresee))) return;
      await stoppable(name, (progress) => engine.moves.changePoint(id, point, progress));
      const { pointId } = engine.findItem(id)!.details.recoveryMachine!;
      process.stdout.write(`${name} runs from ${pointId} now (commit pending)\n`);
      const from = runsFrom(engine.findItem(id)!);
      if (from) process.stdout.write(`${runsFromText(from)}\n`);
    });
}
