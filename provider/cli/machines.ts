import { nameOf } from "../arm-id.ts";
import type { ProtectableItem } from "../engine/inventory/protectable-items.ts";
import { formatBytes } from "../format-bytes.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTable } from "./format.ts";
import type { MachineJson } from "./json/upkeep.ts";
import { openSession, printJson } from "./session.ts";

const head = ["MACHINE", "SITE", "ON", "GUEST SYSTEM", "DISKS", "PROTECTION"];

function toJson({ guestOs, protectedItemId, ...facts }: ProtectableItem): MachineJson {
  return { ...facts, guestOs: guestOs ?? null, protectedItemId: protectedItemId ?? null };
}

/** `siterecovery machines [site]`: what hosts and servers have, and what can be protected of it. */
export function machinesCommand(): CliCommand {
  return new CliCommand("machines")
    .group("daily")
    .description("the machines that hosts and servers have: protected, or why they cannot be")
    .argument("[site]", "name of a site (default: all)")
    .json("machines")
    .example("machines london", "what the hosts of the site london have")
    .action(async (site: string | undefined, flags: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const { items, unreachable } = await engine.hosts.protectableItems(site);
      for (const { name, folder } of unreachable)
        process.stderr.write(`warning: ${name}: ${folder} is gone\n`);
      if (flags.json === true) return printJson("machines", items.map(toJson));
      const rows = items.map((item) => [
        item.name,
        nameOf(item.siteId),
        item.holderName,
        item.guestOs ?? "-",
        formatBytes(item.disks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)),
        item.protectedItemId === undefined
          ? item.problems.join("\n") || "can be protected"
          : `as ${nameOf(item.protectedItemId)}`,
      ]);
      process.stdout.write(rows.length === 0 ? "No host has a machine.\n" : `${formatTable(head, rows)}\n`);
    });
}
