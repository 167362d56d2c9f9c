/** Where a machine is after a command that moved it, for people and for scripts. */
import { nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { allowedActions } from "../model/allowed-actions.ts";
import { commandsOf } from "../model/commands.ts";
import { runsFrom } from "../model/runs-from.ts";
import { stateFacts } from "../model/states.ts";
import type { MoveJson } from "./json/moves.ts";
import { runsFromJson, runsFromText } from "./runs-from.ts";
import { printJson } from "./session.ts";

/** The commands whose `--json` is a machine's place. */
type MoveCommand =
  | "failover"
  | "change-recovery-point"
  | "cancel-failover"
  | "commit"
  | "reverse-replicate"
  | "failback"
  | "migrate"
  | "adopt-machine";

function movedJson(engine: Engine, itemId: string): MoveJson {
  const item = engine.findItem(itemId)!;
  const { protectionState, description } = stateFacts[item.state];
  return {
    name: nameOf(itemId),
    id: itemId,
    protectionState,
    protectionStateDescription: description,
    activeLocation: item.activeLocation,
    runsFrom: runsFromJson(runsFrom(item)),
    allowedCommands: commandsOf(item, allowedActions(item)),
  };
}

/** Prints where the item is: a sentence and what it runs from, or JSON. */
export function printMoved(
  command: MoveCommand,
  engine: Engine,
  itemId: string,
  flags: { readonly json?: boolean },
  sentence: string,
): void {
  if (flags.json === true) return printJson(command, movedJson(engine, itemId));
  process.stdout.write(`${sentence}\n`);
  const from = runsFrom(engine.findItem(itemId)!);
  if (from && command !== "commit") process.stdout.write(`${runsFromText(from)}\n`);
}
