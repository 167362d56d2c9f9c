import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { isoTime } from "./times.ts";

/** `siterecovery recovery-points <item>`: the points that a failover or an export can use, newest last. */
export function recoveryPointsCommand(): CliCommand {
  return new CliCommand("recovery-points")
    .group("daily")
    .description("the recovery points of an item, newest last")
    .argument("<item>", "name of a protected item")
    .json("recovery-points")
    .example("recovery-points web1", "the points that web1 can fail over to")
    .action(async (name: string, options: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const points = await engine.recoveryPoints(itemNamed(engine, name).id, (error) => {
        process.stderr.write(`warning: ${name}: ${error.message}\n`);
      });
      if (options.json === true) {
        printJson(
          "recovery-points",
          points.map((point) => ({
            id: point.id,
            time: isoTime(point.takenAt),
            kind: point.kind,
            multiVm: point.multiVm,
            bytesStored: point.bytesStored,
            disks: point.disks.map(({ diskId, sizeBytes }) => ({ diskId, sizeBytes })),
          })),
        );
        return;
      }
      const rows = points.map((point) => [
        point.id,
        formatTime(point.takenAt),
        point.kind + (point.multiVm ? ", multi-VM" : ""),
        formatBytes(point.bytesStored),
        point.disks.map((disk) => disk.diskId).join(", "),
      ]);
      if (rows.length === 0) process.stdout.write(`${name} has no recovery point yet.\n`);
      else
        process.stdout.write(`${formatTable(["RECOVERY POINT", "TIME", "KIND", "STORED", "DISKS"], rows)}\n`);
    });
}
