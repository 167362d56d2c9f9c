/** `siterecovery pause` and `resume`: replication stands still for the time of a maintenance. */
import { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import type { Engine, Progress } from "../engine/engine.ts";
import { itemNamed, openSession, printJson, withProgress } from "./session.ts";

type Action = (engine: Engine, itemId: string, progress: Progress) => Promise<boolean>;

function command(name: string, description: string, done: string, act: Action): Command {
  return new Command(name)
    .description(description)
    .argument("<items...>", "names of protected items")
    .option("--json", "for scripts")
    .action(async (names: string[], flags: { json?: boolean }, self: Command) => {
      const engine = await openSession(self);
      // A name that is wrong is told before anything is changed.
      const items = names.map((one) => itemNamed(engine, one));
      const outcomes: { name: string; changed: boolean }[] = [];
      for (const { id } of items) {
        const changed = await withProgress(nameOf(id), (progress) => act(engine, id, progress));
        outcomes.push({ name: nameOf(id), changed });
        if (flags.json !== true)
          process.stdout.write(`${nameOf(id)}: ${changed ? done : `was ${done} already`}\n`);
      }
      if (flags.json === true) printJson(outcomes);
    });
}

export function pauseCommand(): Command {
  const description =
    "let no replication of items run until they are resumed; their writes are noted all the same";
  return command("pause", description, "paused", (engine, id, progress) => engine.pause(id, progress));
}

export function resumeCommand(): Command {
  const description =
    "let the replication of paused items go on; the next cycle takes what was written meanwhile";
  return command("resume", description, "resumed", (engine, id, progress) => engine.resume(id, progress));
}
