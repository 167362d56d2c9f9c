import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { FailoverKind } from "../model/flows.ts";
import type { ProtectedItem } from "../model/item.ts";
import { allowedActions } from "../model/allowed-actions.ts";
import { commandList, commandsOf } from "../model/commands.ts";
import { routeTo } from "../model/route.ts";
import { SiteRecoveryError } from "../errors.ts";
import { type MoveOptions, moveOfStep, moveTo } from "../handlers/move-machine.ts";
import { CliCommand } from "./cli-command.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfMove, withBeforeOptions } from "./before-move.ts";
import { defaultKind, discardOption, kindOption } from "./failover.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

interface FailbackFlags extends BeforeFlags {
  readonly kind?: FailoverKind;
  readonly toHost?: string;
  readonly discardPrimaryChanges?: boolean;
}

/** As a plan refuses a failback of machines that are at home. */
function nothingToDo(item: ProtectedItem): SiteRecoveryError {
  const message =
    `There is nothing to do for the failback of ${nameOf(item.id)}: it is at the primary side already. ` +
    `Allowed now: ${commandList(commandsOf(item, allowedActions(item)), nameOf(item.id)).toString()}.`;
  return new SiteRecoveryError("ActionNotAllowed", message, { target: item.id });
}

async function outlookBack(engine: Engine, item: ProtectedItem, options: MoveOptions): Promise<Outlook> {
  const moves = routeTo("primary", item, options.kind).map((step) => moveOfStep(step, options));
  const [first, ...then] = await engine.moves.foreseeAll(item.id, moves);
  if (first === undefined) {
    const refused = nothingToDo(item);
    const nothing = { point: undefined, steps: [], warnings: [], rooms: [] };
    return outlookOfMove(item.id, { ...nothing, title: "failback", refusals: [refused] });
  }
  return outlookOfMove(item.id, first, then);
}

/**
 * `siterecovery failback <item>`: all the way back to the primary side. From Azure to Hyper-V that is one planned
 * failover (H2F-4); in the other flows the machine is replicated back first and failed over then (V2F-4, SEC-8).
 */
export function failbackCommand(): CliCommand {
  return withBeforeOptions(new CliCommand("failback").json("failback"))
    .group("emergency")
    .example("failback web1", "bring web1 home, commit, and protect it again")
    .exits("notYet", "interrupted", "terminated")
    .description("bring a machine back to the primary side, commit, and protect it again")
    .argument("<item>", "name of a protected item")
    .addOption(kindOption())
    .option("--to-host <host>", "make a machine that is gone on this host or vCenter server")
    .addOption(discardOption())
    .action(async (name: string, options: FailbackFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const item = itemNamed(engine, name);
      const kind = options.kind ?? defaultKind(item);
      const { toHost, discardPrimaryChanges } = options;
      const host = {
        ...(toHost === undefined ? {} : { toHost }),
        ...(discardPrimaryChanges === true ? { discardPrimaryChanges } : {}),
      };
      if (!(await goesOn(options, () => outlookBack(engine, item, { kind, ...host })))) return;
      if (routeTo("primary", item, kind).length === 0) throw nothingToDo(item);
      await stoppable(name, (progress) => moveTo(engine, item.id, "primary", { kind, ...host }, progress));
      printMoved(
        "failback",
        engine,
        item.id,
        options,
        `${name} runs at the primary side and is protected again`,
      );
    });
}
