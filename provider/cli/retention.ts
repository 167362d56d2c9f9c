import type { StoreRetention } from "../engine/recovery-home/retain-elsewhere.ts";
import { formatBytes } from "../format-bytes.ts";
import { openAdoption, type SecretFlags } from "./adopt.ts";
import { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatTable, formatTime } from "./format.ts";
import type { RetentionJson } from "./json/upkeep.ts";
import { printJson } from "./session.ts";
import { keyFileOption, passphraseFileOption, withStorePlace } from "./store-place.ts";
import { isoTimeOrNull } from "./times.ts";

type Machine = StoreRetention["machines"][number];

function toJson({ place, machines, removed }: StoreRetention): RetentionJson {
  return {
    place,
    machines: machines.map(({ machineName, droppedCount, bytesFreed, kept, left }) => ({
      name: machineName,
      droppedPoints: droppedCount,
      bytesFreed,
      keptPoints: kept?.count ?? 0,
      keptUntil: isoTimeOrNull(kept?.until),
      left: left ?? null,
    })),
    removedMachines: { lockedObjects: removed.count, lockedUntil: isoTimeOrNull(removed.until) },
  };
}

function noteOf({ kept, left }: Machine): string {
  if (left !== undefined) return `left as it is: ${left}`;
  if (kept === undefined) return "";
  if (kept.until === undefined) return `${kept.count} stay: this identity may not delete either`;
  return `${kept.count} locked, the first until ${formatTime(kept.until)}`;
}

function print({ place, machines, removed }: StoreRetention): void {
  const rows = machines.map((machine) => [
    machine.machineName,
    String(machine.droppedCount),
    formatBytes(machine.bytesFreed),
    noteOf(machine),
  ]);
  process.stdout.write(`${place}\n${formatTable(["MACHINE", "DROPPED", "FREED", "NOTE"], rows)}\n`);
  if (removed.count === 0) return;
  const end = removed.until === undefined ? "" : `, the first until ${formatTime(removed.until)}`;
  process.stdout.write(`${removed.count} objects of removed machines are locked${end}\n`);
}

/** `siterecovery retention <place>`: drops what the policies no longer keep, under an identity that may delete. */
export function retentionCommand(): CliCommand {
  return withStorePlace(new CliCommand("retention"))
    .group("upkeep")
    .exits("notYet")
    .description(
      "drop recovery points that their policies no longer keep, without an engine: with an identity that may delete",
    )
    .argument("<place>", "the URL of the replicas in object storage, or their folder")
    .addOption(keyFileOption())
    .addOption(passphraseFileOption())
    .json("retention")
    .example(
      "retention s3://dr-replicas/london --key-file dr-keys.json --credentials-file cleaner.key",
      "from another computer, every day",
    )
    .addHelpText(
      "after",
      "\nThe policies are read from the catalog beside the replicas. What a retention lock keeps stays until the lock ends.",
    )
    .action(async (place: string, flags: SecretFlags & { json?: boolean }) => {
      const adoption = await openAdoption(place, flags);
      const results = await adoption.retain();
      if (flags.json === true) printJson("retention", results.map(toJson));
      else for (const result of results) print(result);
      const isBusy = results.some(({ machines }) => machines.some(({ isBusy }) => isBusy));
      process.exitCode = isBusy ? exitCodes.notYet : exitCodes.done;
    });
}
