import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

/** `siterecovery change-recovery-point <item> <point>`: another recovery point for a failover, before the commit. */
export function changeRecoveryPointCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("change-recovery-point").json("change-recovery-point"))
    .group("emergency")
    .example("change-recovery-point web1 latestApplicationConsistent", "try an older point before the commit")
    .description("make the machine of a commit-pending failover again from another recovery point")
    .argument("<item>", "name of a protected item")
    .argument("<point>", "latest, latestApplicationConsistent, or a point's id")
    .action(async (name: string, point: string, options: BeforeFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const foresee = async (): Promise<Outlook> =>
        outlookOfMove(id, await engine.moves.foresee(id, { action: "changePoint", recoveryPoint: point }));
      if (!(await goesOn(options, foresee))) return;
      await stoppable(name, (progress) => engine.moves.changePoint(id, point, progress));
      const { pointId } = engine.findItem(id)!.details.recoveryMachine!;
      const sentence = `${name} runs from ${pointId} now (commit pending)`;
      printMoved("change-recovery-point", engine, id, options, sentence);
    });
}
