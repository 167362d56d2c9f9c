import { Option } from "commander";
import type { Hydrated, HydrateOptions } from "../engine/hydrate/hydrate-item.ts";
import { SiteRecoveryError } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import { said } from "../message.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable } from "./format.ts";
import type { HydrateJson } from "./json/upkeep.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { stoppable } from "./stoppable.ts";
import { type StorePlaceFlags, storePlaceOf, withStorePlace } from "./store-place.ts";

interface HydrateFlags extends StorePlaceFlags {
  readonly container: string;
  readonly recoveryPoint: string;
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly subscription?: string;
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly storageGroup?: string;
  readonly managementEndpoint?: string;
  readonly vmSize?: string;
  readonly subnet?: string;
  readonly json?: boolean;
}

/** What is made of the blobs; `undefined` without a resource group. */
function azureOf(flags: HydrateFlags): HydrateOptions["azure"] {
  const { subscription, resourceGroup, location, storageGroup, managementEndpoint, vmSize, subnet } = flags;
  if (resourceGroup === undefined) return undefined;
  const machine =
    subnet === undefined && vmSize === undefined
      ? undefined
      : { subnetId: given(subnet, "--subnet"), vmSize: given(vmSize, "--vm-size") };
  return {
    resourceGroup,
    subscriptionId: given(subscription ?? process.env["AZURE_SUBSCRIPTION_ID"], "--subscription"),
    location: given(location, "--location"),
    ...(storageGroup === undefined ? {} : { storageGroup }),
    ...(managementEndpoint === undefined ? {} : { managementEndpoint }),
    ...(machine === undefined ? {} : { machine }),
  };
}

function given(value: string | undefined, option: string): string {
  if (value !== undefined && value !== "") return value;
  throw new SiteRecoveryError("InvalidInput", said`Add ${option}: Azure needs it.`, { property: option });
}

function toJson(name: string, isDone: boolean, { pointId, disks, virtualMachine }: Hydrated): HydrateJson {
  return {
    machine: name,
    recoveryPointId: pointId,
    done: isDone,
    disks: disks.map((disk) => ({
      diskId: disk.diskId,
      blob: disk.blob,
      sizeBytes: disk.sizeBytes,
      baseRecoveryPointId: disk.basePointId ?? null,
      resumed: disk.isResumed,
      bytesWritten: disk.bytesWritten,
      bytesCleared: disk.bytesCleared,
      managedDisk: disk.managedDisk ?? null,
    })),
    virtualMachine: virtualMachine ?? null,
  };
}

function print(name: string, isDone: boolean, { pointId, disks, virtualMachine }: Hydrated): void {
  const rows = disks.map(({ diskId, blob, basePointId, isResumed, bytesWritten, managedDisk }) => [
    diskId,
    blob,
    formatBytes(bytesWritten),
    `${basePointId === undefined ? "all of it" : "what changed"}${isResumed ? ", resumed" : ""}`,
    managedDisk?.split("/").at(-1) ?? "-",
  ]);
  const titles = ["DISK", "PAGE BLOB", isDone ? "WRITTEN" : "TO WRITE", "WHAT", "MANAGED DISK"];
  process.stdout.write(`${formatTable(titles, rows)}\n`);
  if (virtualMachine !== undefined) {
    const machine = virtualMachine.split("/").at(-1)!;
    process.stdout.write(`${isDone ? "made" : "would make"} the virtual machine ${machine}\n`);
  }
  process.stdout.write(
    isDone ? `${name}: recovery point ${pointId} is in Azure\n` : "Nothing was changed (--dry-run).\n",
  );
}

/** `siterecovery hydrate <item> --to azure`: a recovery point as page blobs, managed disks and a virtual machine. */
export function hydrateCommand(): CliCommand {
  return withStorePlace(new CliCommand("hydrate"))
    .group("emergency")
    .exits("notYet", "interrupted", "terminated")
    .json("hydrate")
    .description(
      "bring a recovery point into Azure: page blobs, later only what changed; and from them managed disks and a virtual machine",
    )
    .argument("<item>", "name of a protected item")
    .addOption(new Option("--to <where>", "where to").choices(["azure"]).makeOptionMandatory())
    .requiredOption("--container <url>", "the container of the page blobs: azblob://account/container")
    .option("--recovery-point <point>", "latest, latestApplicationConsistent, or a point's id", "latest")
    .option("--all", "write everything, whatever the blobs hold")
    .option("--dry-run", "say what would be written and made, and change nothing")
    .option("--resource-group <name>", "make managed disks of the blobs in this resource group")
    .option("--subscription <id>", "the subscription (default: AZURE_SUBSCRIPTION_ID)")
    .option("--location <region>", "the region of disks and machine, such as westeurope")
    .option("--storage-group <name>", "the resource group of the container's account, if it is another one")
    .option("--vm-size <size>", "with --subnet: make a virtual machine of this size; Azure starts it")
    .option("--subnet <id>", "ARM id of the subnet of its network card")
    .option("--management-endpoint <url>", "the address of Azure's management, if it is another cloud's")
    .example("hydrate web1 --to azure --container azblob://drlyon/disks", "page blobs, ready to become disks")
    .example(
      "hydrate web1 --to azure --container azblob://drlyon/disks --resource-group dr --location westeurope --dry-run",
      "what would be written and made",
    )
    .action(async (name: string, flags: HydrateFlags, command: CliCommand) => {
      const azure = azureOf(flags);
      const { address } = storePlaceOf(flags.container, flags);
      const container = address ?? { url: flags.container };
      const engine = await openSession(command);
      const item = itemNamed(engine, name);
      const hydrated = await stoppable(name, (progress) =>
        engine.hydrate(
          {
            itemId: item.id,
            recoveryPoint: flags.recoveryPoint,
            container,
            all: flags.all === true,
            dryRun: flags.dryRun === true,
            ...(azure === undefined ? {} : { azure }),
          },
          progress,
        ),
      );
      const isDone = flags.dryRun !== true;
      if (flags.json === true) printJson("hydrate", toJson(name, isDone, hydrated));
      else print(name, isDone, hydrated);
    });
}
