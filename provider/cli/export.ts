import path from "node:path";
import { Command } from "commander";
import { formatBytes } from "../format-bytes.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

interface ExportFlags {
  readonly recoveryPoint: string;
  readonly disk?: string;
  readonly to: string;
  readonly overwrite?: boolean;
}

/** `siterecovery export <item> --to <file>`: a recovery point's disk as a raw image, every block verified. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write a disk of a recovery point to a raw, sparse image; every block is verified")
    .argument("<item>", "name of a protected item")
    .option("--recovery-point <point>", "latest, latestApplicationConsistent, or a point's id", "latest")
    .option("--disk <id>", "which disk, when the machine has several")
    .requiredOption("--to <file>", "the image to write")
    .option("--overwrite", "replace the file if it is there")
    .action(async (name: string, options: ExportFlags, command: Command) => {
      const engine = await openSession(command);
      const item = itemNamed(engine, name);
      const toPath = path.resolve(options.to);
      const { bytesWritten, pointId } = await stoppable(name, (progress) =>
        engine.points.export(
          {
            itemId: item.id,
            recoveryPoint: options.recoveryPoint,
            toPath,
            ...(options.disk === undefined ? {} : { diskId: options.disk }),
            ...(options.overwrite === undefined ? {} : { overwrite: options.overwrite }),
          },
          progress,
        ),
      );
      process.stdout.write(
        `${toPath}: recovery point ${pointId} of ${name}, ${formatBytes(bytesWritten)} written, verified\n`,
      );
    });
}
