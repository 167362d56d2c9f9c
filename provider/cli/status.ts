import { systemClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { openSession, printJson } from "./session.ts";
import { statusJson } from "./status-json.ts";
import { lookAtStatus, type StatusFilter } from "./status-overview.ts";
import { statusText } from "./status-text.ts";

interface StatusFlags extends StatusFilter {
  readonly watch?: boolean;
  readonly json?: boolean;
}

const redrawMilliseconds = 2000;

/** Draws it again and again, until Ctrl-C ends the process. Throws `InvalidInput` without a terminal. */
async function watch(engine: Engine, filter: StatusFilter): Promise<never> {
  if (!process.stdout.isTTY) {
    const message =
      "--watch needs a terminal. In a script, run `siterecovery status --json` again and again.";
    throw new SiteRecoveryError("InvalidInput", message, { property: "--watch" });
  }
  for (;;) {
    const text = statusText(engine, await lookAtStatus(engine, filter));
    const time = new Date(systemClock.now()).toISOString().slice(0, 19);
    process.stdout.write(`\u001b[H\u001b[J${text}\n${time}Z, Ctrl-C ends it\n`);
    await systemClock.sleep(redrawMilliseconds);
  }
}

/** `siterecovery status`: what is protected, where it runs, last recovery point, RPO; those that need a person first. */
export function statusCommand(): CliCommand {
  return new CliCommand("status")
    .group("daily")
    .description("what is protected, where it runs, its last recovery point and RPO; problems first")
    .option("--site <name>", "only machines of this site")
    .option("--plan <name>", "only machines of this recovery plan or protection cluster")
    .option("--problems", "only machines with something wrong")
    .option("--watch", "draw it again every 2 seconds, until Ctrl-C")
    .json("status")
    .example("status", "all machines")
    .example("status --plan shop --problems", "what is wrong in one plan")
    .action(async (flags: StatusFlags, command: CliCommand) => {
      if (flags.watch === true && flags.json === true) {
        const message = "--watch and --json do not go together. Leave one of them out.";
        throw new SiteRecoveryError("InvalidInput", message, { property: "--watch" });
      }
      const engine = await openSession(command);
      if (flags.watch === true) return watch(engine, flags);
      const overview = await lookAtStatus(engine, flags);
      if (flags.json === true) printJson("status", statusJson(engine, overview));
      else process.stdout.write(statusText(engine, overview));
    });
}
