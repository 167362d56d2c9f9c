/** `siterecovery unlock <item> --force`: takes a lease away from a process that cannot give it back. */
import { nameOf, sameId } from "../arm-id.ts";
import type { Engine, LeaseHolder } from "../engine/engine.ts";
import { SiteRecoveryError } from "../errors.ts";
import { CliCommand } from "./cli-command.ts";
import { formatTime } from "./format.ts";
import { leaseJson } from "./lease-json.ts";
import { itemNamed, openSession, printJson } from "./session.ts";

/** The id of a protected item, a recovery plan or a storage account. Throws `NotFound`. */
function lockableNamed(engine: Engine, name: string): string {
  const others = [
    ...engine.listThings({ kind: "recovery-plan" }),
    ...engine.listThings({ kind: "storage-account" }),
  ];
  const found = others.filter(({ id }) => sameId(id, name) || sameId(nameOf(id), name));
  const isItem = engine.items().some(({ id }) => sameId(id, name) || sameId(nameOf(id), name));
  return found.length === 1 && !isItem ? found[0]!.id : itemNamed(engine, name).id;
}

function describe(name: string, { purpose, pid, host, takenAt, expiresAt }: LeaseHolder): string {
  return `${name}: ${purpose} by process ${pid} on ${host} since ${formatTime(takenAt)}, renewed until ${formatTime(expiresAt)}`;
}

export function unlockCommand(): CliCommand {
  return new CliCommand("unlock")
    .group("emergency")
    .description(
      "show which process works on an item, and with --force take its lease away: it can change nothing from then on",
    )
    .argument("<item>", "name of a protected item, a recovery plan or a storage account")
    .option("--force", "take the lease away; make sure first that its process is gone")
    .json("unlock")
    .example("unlock web1", "which process works on web1")
    .example("unlock web1 --force", "take its lease away, when that process is gone")
    .action(async (wanted: string, flags: { force?: boolean; json?: boolean }, self: CliCommand) => {
      const engine = await openSession(self);
      const id = lockableNamed(engine, wanted);
      const name = nameOf(id);
      const holder = engine.leaseOf(id);
      if (holder !== undefined && flags.force !== true) {
        const message =
          `${describe(name, holder)}. If that process is at work, wait for its end: taking the lease away stops it ` +
          `half-way. If it is gone, run \`siterecovery unlock ${name} --force\`.`;
        throw new SiteRecoveryError("ActionNotAllowed", message, { target: id });
      }
      if (holder !== undefined) engine.unlock(id);
      if (flags.json === true) {
        return printJson("unlock", { name, id, unlocked: holder !== undefined, holder: leaseJson(holder) });
      }
      if (holder === undefined) process.stdout.write(`${name}: no process works on it\n`);
      else {
        process.stdout.write(`${describe(name, holder)}: its lease was taken away\n`);
        process.stderr.write(
          `Warning: if process ${holder.pid} on ${holder.host} still runs, end it. What it began is finished or ` +
            `undone by the next command on ${name}.\n`,
        );
      }
    });
}
