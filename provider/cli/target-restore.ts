import path from "node:path";
import { restoreKept } from "../target-server/restore-kept.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import { momentOf } from "./moment-option.ts";
import { OutputOption } from "./output-option.ts";
import { printJson } from "./session.ts";
import { isoTime } from "./times.ts";

interface RestoreFlags {
  readonly folder: string;
  readonly store: string;
  readonly asOf: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

/** `siterecovery target restore`: former states of objects, after a client that may not delete replaced them. */
export function targetRestoreCommand(): CliCommand {
  return new CliCommand("restore")
    .description("put back what clients that may not delete have replaced since a moment, such as an attack")
    .addOption(
      new OutputOption("--folder <folder>", "the served folder; stop its server first").makeOptionMandatory(),
    )
    .requiredOption("--store <name>", "the store in it")
    .requiredOption("--as-of <when>", "the last good moment: a time, or how long ago: 30m, 24h, 7d")
    .option("--dry-run", "say what would be put back, and change nothing")
    .json("target restore")
    .example(
      "target restore --folder /srv/dr/stores --store replicas --as-of 2026-01-05T08:00:00Z",
      "the replicas as they were before an attack",
    )
    .addHelpText(
      "after",
      "\nObjects that came after the moment stay. What is replaced now is kept as well, so that another moment can be tried.",
    )
    .action(async (flags: RestoreFlags) => {
      const { store, dryRun = false } = flags;
      const asOf = momentOf(flags.asOf, "--as-of");
      const folder = path.resolve(flags.folder);
      const restored = await restoreKept({ folder, store, asOf, dryRun });
      if (flags.json === true) {
        const objects = restored.map(({ name, replacedAt }) => ({ name, replacedAt: isoTime(replacedAt) }));
        return printJson("target restore", { folder, store, asOf: isoTime(asOf), isDryRun: dryRun, objects });
      }
      const rows = restored.map(({ name, replacedAt }) => [name, formatTime(replacedAt)]);
      if (rows.length > 0) process.stdout.write(`${formatTable(["OBJECT", "STATE UNTIL"], rows)}\n`);
      const count = restored.length === 1 ? "1 object" : `${restored.length} objects`;
      process.stdout.write(
        restored.length === 0
          ? `Nothing of ${store} was replaced since ${formatTime(asOf)} that is kept.\n`
          : `${count} of ${store} ${dryRun ? "would be" : restored.length === 1 ? "is" : "are"} as at ${formatTime(asOf)}.\n`,
      );
    });
}
