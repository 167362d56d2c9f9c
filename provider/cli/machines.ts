import { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import { formatBytes } from "../format-bytes.ts";
import { formatTable } from "./format.ts";
import { openSession, printJson } from "./session.ts";

const head = ["MACHINE", "SITE", "ON", "GUEST SYSTEM", "DISKS", "PROTECTION"];

/** `siterecovery machines [site]`: what hosts and servers have, and what can be protected of it. */
export function machinesCommand(): Command {
  return new Command("machines")
    .description("the machines that hosts and servers have: protected, or why they cannot be")
    .argument("[site]", "name of a site (default: all)")
    .option("--json", "for scripts")
    .action(async (site: string | undefined, flags: { json?: boolean }, command: Command) => {
      const engine = await openSession(command);
      const { items, unreachable } = engine.hosts.protectableItems(site);
      for (const { name, folder } of unreachable)
        process.stderr.write(`warning: ${name}: ${folder} is gone\n`);
      if (flags.json === true) return printJson(items);
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
