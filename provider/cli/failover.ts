import { type Command, Option } from "commander";
import { nameOf } from "../arm-id.ts";
import { type FailoverKind, flows } from "../model/flows.ts";
import type { ProtectedItem } from "../model/item.ts";
import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { itemNamed, openSession } from "./session.ts";
import { printMoved } from "./moved.ts";
import { stoppable } from "./stoppable.ts";

interface FailoverFlags extends BeforeFlags {
  readonly kind?: FailoverKind;
  readonly recoveryPoint?: string;
  readonly commit?: boolean;
  readonly discardPrimaryChanges?: boolean;
}

/** The option of a failover's kind; it defaults to the first that the item's flow has. */
export function kindOption(): Option {
  return new Option(
    "--kind <kind>",
    "planned shuts the running side down and sends its last changes; default: planned where the flow has it",
  ).choices(["planned", "unplanned"]);
}

/** The option of a recovery point, with the choices that Azure has. */
export function pointOption(prefix: string): Option {
  return new Option(
    "--recovery-point <point>",
    `${prefix}latest, latestApplicationConsistent, latestMultiVm, or a point's id${prefix === "" ? "" : "; default: latest"}`,
  );
}

/** The option that lets a way back overwrite what was written at the primary side meanwhile. */
export function discardOption(): Option {
  return new Option(
    "--discard-primary-changes",
    "overwrite disks at the primary side that were changed after the failover",
  );
}

/** A machine that is migrated has none, and any is refused. */
export function defaultKind(item: ProtectedItem): FailoverKind {
  return flows[item.details.flow].failoverKinds[0] ?? "planned";
}

/** A planned failover runs from the machine's last changes: a recovery point that it would ignore is a wrong command line. */
export function refusePoint(command: Command, recoveryPoint: string | undefined, instead: string): void {
  if (recoveryPoint === undefined) return;
  command.error(
    "error: --recovery-point is for an unplanned failover; a planned one takes the machine's last changes along. " +
      `Add ${instead}, or leave --recovery-point out.`,
  );
}

/** `siterecovery failover <item>`: moves a machine to the recovery side, outside of any program. */
export function failoverCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("failover").json("failover"))
    .group("emergency")
    .example("failover web1", "a planned failover, where the flow has one")
    .example(
      "failover web1 --kind unplanned --recovery-point latestApplicationConsistent",
      "the site is lost",
    )
    .exits("notYet", "interrupted", "terminated")
    .description("fail a machine over to the recovery side (a program declares it with activeLocation)")
    .argument("<item>", "name of a protected item")
    .addOption(kindOption())
    .addOption(pointOption("for an unplanned failover: "))
    .option("--commit", "commit at once")
    .addOption(discardOption())
    .action(async (name: string, options: FailoverFlags, command: Command) => {
      const engine = await openSession(command);
      const item = itemNamed(engine, name);
      const { id } = item;
      const { kind = defaultKind(item), recoveryPoint = "latest" } = options;
      if (kind === "planned") refusePoint(command, options.recoveryPoint, "--kind unplanned");
      const choice = {
        kind,
        recoveryPoint,
        ...(options.discardPrimaryChanges === true ? { discardPrimaryChanges: true } : {}),
      };
      const foresee = async (): Promise<Outlook> => {
        const moves = engine.moves.movesOfFailover(id, choice, options.commit === true);
        const [first, ...then] = await engine.moves.foreseeAll(id, moves);
        return outlookOfMove(id, first!, then);
      };
      if (!(await goesOn(options, foresee))) return;
      await stoppable(name, async (progress) => {
        if (options.commit === true) await engine.moves.failoverAndCommit(id, choice, progress);
        else await engine.moves.failover(id, choice, progress);
      });
      const moved = engine.findItem(id)!;
      const { machineName, recoveryMachine } = moved.details;
      const next = options.commit === true ? "committed" : `commit pending: \`siterecovery commit ${name}\``;
      const as = moved.activeLocation === "recovery" ? recoveryMachine!.name : machineName;
      const sentence = `${nameOf(id)} runs at the ${moved.activeLocation} side as ${as} (${next})`;
      printMoved("failover", engine, id, options, sentence);
    });
}
