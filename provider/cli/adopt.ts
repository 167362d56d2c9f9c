import fs from "node:fs";
import path from "node:path";
import { nameOf } from "../arm-id.ts";
import { connectEngine, engineHome } from "../connect.ts";
import { stateFacts } from "../model/states.ts";
import type { AdoptableMachine, AdoptableStore } from "../engine/recovery-home/look-at-store.ts";
import { Adoption } from "../engine/recovery-home/adoption.ts";
import { SiteRecoveryError } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable, formatTime } from "./format.ts";
import type { AdoptJson } from "./json/upkeep.ts";
import { readPassphrase } from "./key.ts";
import { printJson } from "./session.ts";
import {
  asOfOption,
  instantOf,
  keyFileOption,
  passphraseFileOption,
  type StorePlaceFlags,
  storePlaceOf,
  withStorePlace,
} from "./store-place.ts";
import { stoppable } from "./stoppable.ts";
import { isoTime } from "./times.ts";

export interface SecretFlags extends StorePlaceFlags {
  readonly keyFile?: readonly string[];
  readonly passphraseFile?: string;
  readonly asOf?: string;
}

/** Opens the stores of a place with what the command line names. A folder of keys means all keys in it. */
export function openAdoption(place: string, flags: SecretFlags): Promise<Adoption> {
  const keyFiles = (flags.keyFile ?? []).map((file) => path.resolve(file)).flatMap(keyFilesAt);
  return Adoption.open({
    ...storePlaceOf(place, flags),
    ...(flags.asOf === undefined ? {} : { asOf: instantOf(flags.asOf)! }),
    keyFiles,
    ...(flags.passphraseFile === undefined ? {} : { passphrase: readPassphrase(flags.passphraseFile) }),
  });
}

function keyFilesAt(place: string): string[] {
  if (!fs.statSync(place, { throwIfNoEntry: false })?.isDirectory()) return [place];
  const names = fs.readdirSync(place).filter((name) => /\.(key|json)$/.test(name));
  if (names.length === 0) {
    const message = `There is no key file in the folder ${place}. Name a file that \`siterecovery key export\` wrote, or a folder with such files.`;
    throw new SiteRecoveryError("InvalidInput", message, { property: "--key-file" });
  }
  return names.map((name) => path.join(place, name));
}

function toRow({ replicaId, item, disks, pointCount, newestPoint }: AdoptableMachine): string[] {
  return [
    item?.machineName ?? replicaId,
    item ? stateFacts[item.state].description : "not in the catalog",
    item?.activeLocation ?? "-",
    newestPoint ? formatTime(newestPoint.takenAt) : "none",
    String(pointCount),
    formatBytes(disks.reduce((sum, disk) => sum + disk.sizeBytes, 0)),
  ];
}

function storeJson(store: AdoptableStore): AdoptJson["stores"][number] {
  return {
    place: store.place,
    holderId: store.holderId ?? null,
    engineId: store.engineId ?? null,
    machines: store.machines.map(
      ({ replicaId, item, disks, pointCount, damagedPointCount, newestPoint }) => ({
        replicaId,
        item: item ?? null,
        disks,
        pointCount,
        damagedPointCount,
        newestPoint: newestPoint ? { id: newestPoint.id, time: isoTime(newestPoint.takenAt) } : null,
      }),
    ),
    damagedEntries: store.damagedEntries,
  };
}

function printStores(adoption: Adoption): void {
  for (const { place, holderId, machines, damagedEntries } of adoption.stores) {
    process.stdout.write(
      `${place}: replicas of ${holderId === undefined ? "an unknown holder" : nameOf(holderId)}\n`,
    );
    const titles = ["MACHINE", "STATE", "RUNS AT", "LAST RECOVERY POINT", "POINTS", "DISKS"];
    process.stdout.write(`${formatTable(titles, machines.map(toRow))}\n`);
    if (damagedEntries > 0) {
      process.stdout.write(`${damagedEntries} entries of its catalog are damaged and are left out.\n`);
    }
  }
}

/** `siterecovery adopt <place>`: rebuilds the engine's home from the replicas and a key. */
export function adoptCommand(): CliCommand {
  return withStorePlace(new CliCommand("adopt"))
    .group("emergency")
    .description("rebuild a lost home from the replicas and a key: status, recovery points, export, failover")
    .argument(
      "<place>",
      "the folder of the replicas, or one with several in it, or their URL in object storage or at another site",
    )
    .addOption(keyFileOption())
    .addOption(passphraseFileOption())
    .addOption(asOfOption())
    .option("--list", "show what is there, and change nothing")
    .json("adopt")
    .example(
      "adopt azblob://drlyon/replicas --key-file /media/safe/dr-keys.json",
      "a home from a container of Azure Storage",
    )
    .example(
      "adopt https://dr.example.org:7843/replicas --ca-file ca.pem --credentials-file lyon.pem --key-file dr-keys.json",
      "a home from another site",
    )
    .example(
      "adopt s3://dr-replicas/london --as-of 2026-11-28T06:00:00Z --key-file dr-keys.json",
      "the state before an attack, from the versions of a bucket",
    )
    .example("adopt /mnt/lyon/.replicas --key-file /media/safe/dr-keys.json", "a home from the replicas")
    .addHelpText(
      "after",
      "\nThe home is --home, SITERECOVERY_HOME or .siterecovery in the folder of Pulumi.yaml, or here. It must be empty, or the same engine's. Stop the old" +
        " engine first if it still runs somewhere.",
    )
    .action(
      async (place: string, flags: SecretFlags & { list?: boolean; json?: boolean }, command: CliCommand) => {
        const adoption = await openAdoption(place, flags);
        const { home } = command.optsWithGlobals<{ home?: string }>();
        const homeFolder = engineHome(home);
        const isRebuilt = flags.list !== true;
        const wasThere = fs.existsSync(path.join(homeFolder, "siterecovery.db"));
        const notices = isRebuilt
          ? await stoppable(place, (progress) => adoption.rebuild(homeFolder, progress))
          : [];
        // The rebuilt engine writes its catalogs at once, so that what it took over is known everywhere.
        if (isRebuilt) await (await connectEngine(home)).recoveryHome.writeCatalogs();
        if (flags.json === true) {
          const stores = adoption.stores.map(storeJson);
          return printJson("adopt", { home: isRebuilt ? homeFolder : null, stores, notices });
        }
        printStores(adoption);
        for (const notice of notices) process.stdout.write(`${notice}.\n`);
        if (!isRebuilt) return;
        process.stdout.write(
          `${homeFolder} ${wasThere ? "was there already, and lacks nothing that these replicas know" : "is rebuilt"}. Look at it with \`siterecovery status\`; other stores of the same engine are added with ` +
            "further `adopt` commands.\n",
        );
      },
    );
}
