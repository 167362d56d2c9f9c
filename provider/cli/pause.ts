/** `siterecovery pause` and `resume`: replication stops during a maintenance. */
import { nameOf } from "../arm-id.ts";
import type { Engine, Progress } from "../engine/engine.ts";
import { CliCommand } from "./cli-command.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";

type Action = (engine: Engine, itemId: string, progress: Progress) => Promise<boolean>;

function command(name: "pause" | "resume", description: string, done: string, act: Action): CliCommand {
  return new CliCommand(name)
    .group("daily")
    .description(description)
    .argument("<items...>", "names of protected items")
    .json(name)
    .example(`${name} web1`, description.split(";")[0]!)
    .action(async (names: string[], flags: { json?: boolean }, self: CliCommand) => {
      const engine = await openSession(self);
      // A wrong name is reported before anything is changed.
      const items = names.map((one) => itemNamed(engine, one));
      const outcomes: { name: string; changed: boolean }[] = [];
      for (const { id } of items) {
        const changed = await withProgress(nameOf(id), (progress) => act(engine, id, progress));
        outcomes.push({ name: nameOf(id), changed });
        if (flags.json !== true)
          process.stdout.write(`${nameOf(id)}: ${changed ? done : `was ${done} already`}\n`);
      }
      if (flags.json === true) printJson(name, outcomes);
    });
}

export function pauseCommand(): CliCommand {
  const description =
    "let no replication of items run until they are resumed; their writes are noted all the same";
  return command("pause", description, "paused", (engine, id, progress) => engine.pause(id, progress));
}

export function resumeCommand(): CliCommand {
  const description =
    "resume the replication of paused items; the next cycle sends what was written meanwhile";
  return command("resume", description, "resumed", (engine, id, progress) => engine.resume(id, progress));
}
