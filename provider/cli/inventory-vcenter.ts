/** `siterecovery inventory vcenter <host>`: what a real vCenter server has, and what would stop its protection. */
import path from "node:path";
import { readVsphereInventory, type VsphereInventory } from "../engine/inventory/vsphere-inventory.ts";
import { SiteRecoveryError } from "../errors.ts";
import { formatBytes } from "../format-bytes.ts";
import { said } from "../message.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable } from "./format.ts";
import type { InventoryVcenterJson } from "./json/hypervisors.ts";
import { InputOption } from "./read-given-file.ts";
import { printJson } from "./session.ts";
import { stoppable } from "./stoppable.ts";

interface Flags {
  readonly credentialsEnv?: string;
  readonly credentialsFile?: string;
  readonly caFile?: string;
  readonly thumbprint?: string;
  readonly json?: boolean;
}

type Machine = VsphereInventory["machines"][number];

function trackingOf({ changeTracking: { isEnabled, isSupported } }: Machine): "on" | "off" | "unsupported" {
  if (isEnabled) return "on";
  return isSupported ? "off" : "unsupported";
}

function toJson({ host, server, instanceUuid, machines }: VsphereInventory): InventoryVcenterJson {
  return {
    host,
    server,
    instanceUuid: instanceUuid ?? null,
    machines: machines.map((machine) => ({
      name: machine.name,
      instanceUuid: machine.instanceUuid ?? null,
      id: machine.object.id,
      template: machine.isTemplate,
      power: machine.power,
      guestOs: machine.guestName,
      firmware: machine.firmware,
      cpus: machine.cpus,
      memoryMiB: machine.memoryMiB,
      toolsRunning: machine.tools.isRunning,
      changeTracking: trackingOf(machine),
      disks: machine.disks.map(({ key, label, sizeBytes, fileName }) => ({
        key,
        label,
        sizeBytes,
        file: fileName,
      })),
      nics: machine.nics.map(({ label, macAddress, network }) => ({
        label,
        macAddress: macAddress ?? null,
        network: network ?? null,
      })),
      snapshots: machine.snapshots.map(({ name }) => name),
      obstacles: machine.obstacles.map(({ disk, ...obstacle }) => ({ ...obstacle, disk: disk ?? null })),
    })),
  };
}

/** A line for each obstacle, what stops protection first. */
function verdictOf({ obstacles }: Machine): string {
  if (obstacles.length === 0) return "no obstacle";
  const inOrder = [...obstacles].sort((one, other) => Number(other.stops) - Number(one.stops));
  return inOrder.map(({ stops, message }) => `${stops ? "stopped: " : "note: "}${message}`).join("\n");
}

/** What to do about the obstacles, once for each kind of them. */
function remedies(machines: readonly Machine[]): string[] {
  const all = machines.flatMap(({ obstacles }) => obstacles);
  const ids = [...new Set(all.map(({ id }) => id))];
  return ids.map((id) => {
    const having = machines.filter(({ obstacles }) => obstacles.some((one) => one.id === id)).length;
    return `  ${id} (${countOf(having)}): ${all.find((one) => one.id === id)!.whatToDo}`;
  });
}

const countOf = (count: number): string => (count === 1 ? "1 machine" : `${count} machines`);

function print({ server, machines }: VsphereInventory): void {
  const rows = machines.map((machine) => [
    machine.name,
    machine.power,
    machine.guestName,
    `${machine.disks.length}, ${formatBytes(machine.disks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))}`,
    trackingOf(machine),
    verdictOf(machine),
  ]);
  const head = ["MACHINE", "POWER", "GUEST SYSTEM", "DISKS", "TRACKING", "PROTECTION BY SNAPSHOTS"];
  const stopped = machines.filter(({ obstacles }) => obstacles.some(({ stops }) => stops)).length;
  const lines = [
    ...(rows.length === 0 ? [] : [formatTable(head, rows)]),
    ...remedies(machines),
    `${server}: ${countOf(machines.length)}, ${stopped} stopped. Nothing was changed.`,
    "siterecovery does not copy disks of vSphere machines by itself: docs/vsphere.md says what to do instead.",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function credentialsOf({
  credentialsEnv,
  credentialsFile,
}: Flags): { environmentVariable: string } | { file: string } {
  if (credentialsEnv !== undefined && credentialsFile === undefined)
    return { environmentVariable: credentialsEnv };
  if (credentialsFile !== undefined && credentialsEnv === undefined)
    return { file: path.resolve(credentialsFile) };
  const message = said`Name the account of the server: --credentials-file with a file (mode 0600), or --credentials-env with an
    environment variable, that holds <user name>:<password>. An account that may only look is enough.`;
  throw new SiteRecoveryError("InvalidInput", message, { property: "--credentials-file" });
}

export function inventoryVcenterCommand(): CliCommand {
  return new CliCommand("vcenter")
    .exits("notYet", "interrupted", "terminated")
    .description(
      "what a real vCenter server has, and what would stop the protection of each machine; changes nothing",
    )
    .argument("<host>", "the vCenter server or ESXi host: its name or address, with a port if it is not 443")
    .option("--credentials-env <name>", "the environment variable that holds <user name>:<password>")
    .addOption(
      new InputOption("--credentials-file <file>", "the file (mode 0600) that holds <user name>:<password>"),
    )
    .addOption(
      new InputOption("--ca-file <file>", "the certificates (PEM) that the server's one is checked with"),
    )
    .option("--thumbprint <sha256>", "the thumbprint of the server's certificate, instead of an authority")
    .json("inventory vcenter")
    .example(
      "inventory vcenter vcenter.example.org --credentials-file ~/.vcenter",
      "its machines, and what would stop their protection",
    )
    .action(async (host: string, _: Flags, command: CliCommand) => {
      // `--json` is an option of `inventory` as well, which sees it first.
      const flags = command.optsWithGlobals<Flags>();
      const { caFile, thumbprint } = flags;
      const settings = {
        host,
        credentials: credentialsOf(flags),
        ...(caFile === undefined ? {} : { certificateAuthorityFile: path.resolve(caFile) }),
        ...(thumbprint === undefined ? {} : { thumbprint }),
      };
      const inventory = await stoppable(host, ({ signal }) => readVsphereInventory(settings, signal));
      if (flags.json === true) return printJson("inventory vcenter", toJson(inventory));
      print(inventory);
    });
}
