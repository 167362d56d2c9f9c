/**
 * Commands by which a person decides what the engine must not guess: `confirm-source-off`, `discard-primary-changes`,
 * `choose-machine`, `adopt-machine`, `take-over-machine`.
 */
import { nameOf } from "../arm-id.ts";
import { CliCommand } from "./cli-command.ts";
import { placeNamed } from "./machine-named.ts";
import { printMoved } from "./moved.ts";
import { itemNamed, openSession, printJson } from "./session.ts";
import { withProgress } from "./terminal-progress.ts";

/** `siterecovery confirm-source-off <item>`: a source that cannot be looked at is off for good. */
export function confirmSourceOffCommand(): CliCommand {
  return new CliCommand("confirm-source-off")
    .group("emergency")
    .json("confirm-source-off")
    .example("confirm-source-off web1", "the lost site's web1 will not come back")
    .description(
      "say that the source of a machine that was failed over is off for good; one that is found is shut down",
    )
    .argument("<item>", "name of a protected item")
    .action(async (name: string, flags: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const outcome = await withProgress(name, (progress) =>
        engine.identities.confirmSourceOff(id, progress),
      );
      if (flags.json === true) {
        const word = outcome === "seen off" ? "seenOff" : "countsAsOff";
        return printJson("confirm-source-off", { name: nameOf(id), id, outcome: word });
      }
      const text =
        outcome === "seen off"
          ? "the source was found, and is off"
          : `the source counts as off for good; \`siterecovery failback ${name} --to-host <host>\` makes it again`;
      process.stdout.write(`${name}: ${text}\n`);
    });
}

/** `siterecovery discard-primary-changes <item>`: what the disks at the primary side hold now may be overwritten. */
export function discardPrimaryChangesCommand(): CliCommand {
  return new CliCommand("discard-primary-changes")
    .group("emergency")
    .json("discard-primary-changes")
    .example("discard-primary-changes web1", "then run the failback, plan or update that was refused")
    .description(
      "let the way back of a machine overwrite its disks at the primary side, which were changed after the failover",
    )
    .argument("<item>", "name of a protected item")
    .action(async (name: string, flags: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const disks = await withProgress(name, (progress) =>
        engine.identities.discardPrimaryChanges(id, progress),
      );
      if (flags.json === true) return printJson("discard-primary-changes", { name: nameOf(id), id, disks });
      process.stdout.write(
        `${name}: a way back may overwrite ${disks.join(", ")} at the primary side; run what was refused again\n`,
      );
    });
}

interface ChoiceFlags {
  readonly host: string;
  readonly folder?: string;
  readonly json?: boolean;
}

/** `siterecovery choose-machine <item> --host <host>`: which of several machines of a name is the item's own. */
export function chooseMachineCommand(): CliCommand {
  return new CliCommand("choose-machine")
    .group("emergency")
    .json("choose-machine")
    .example("choose-machine web1 --host hv2", "of two machines web1, the one on hv2 is protected")
    .description("say which of several machines with the same name or id is the protected one")
    .argument("<item>", "name of a protected item")
    .requiredOption("--host <host>", "the host or vCenter server that has the machine")
    .option("--folder <name>", "its folder there, where the host has several machines that could be it")
    .action(async (name: string, { host, folder, json }: ChoiceFlags, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const choice = folder === undefined ? { host } : { host, folder };
      await withProgress(name, (progress) => engine.identities.chooseMachine(id, choice, progress));
      if (json === true) return printJson("choose-machine", { name: nameOf(id), id, host });
      process.stdout.write(`${name}: the machine on ${host} is the protected one\n`);
    });
}

/** `siterecovery adopt-machine <item>`: takes over a machine that moved after the database was written. */
export function adoptMachineCommand(): CliCommand {
  return new CliCommand("adopt-machine")
    .group("emergency")
    .json("adopt-machine")
    .example("adopt-machine web1", "an older database was put back: take over what runs")
    .description(
      "take over a machine that was moved after this database was written, when an older one was put back",
    )
    .argument("<item>", "name of a protected item")
    .action(async (name: string, flags: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const side = await engine.identities.adoptMachine(id);
      const state = engine.findItem(id)!.state;
      const next = state.endsWith("CommitPending") ? `; \`siterecovery commit ${name}\` accepts it` : "";
      printMoved("adopt-machine", engine, id, flags, `${name} runs at the ${side} side${next}`);
    });
}

/** `siterecovery take-over-machine <folder>`: a machine that another engine protects becomes this engine's. */
export function takeOverMachineCommand(): CliCommand {
  return new CliCommand("take-over-machine")
    .group("emergency")
    .json("take-over-machine")
    .example("take-over-machine /machines/hv1/web1", "the engine that protected it is gone")
    .description("let this engine protect a machine that another engine protects, such as one that is gone")
    .argument(
      "<folder>",
      "the machine's folder, with its machine.yaml, or a domain such as qemu:///system#<uuid>",
    )
    .action(async (folder: string, flags: { json?: boolean }, command: CliCommand) => {
      const engine = await openSession(command);
      const former = await engine.identities.takeOverMachine(placeNamed(folder));
      if (flags.json === true) {
        const formerEngine = { id: former.engineId, home: former.home };
        return printJson("take-over-machine", { folder: placeNamed(folder), formerEngine });
      }
      process.stdout.write(
        `${folder}: taken over from the engine ${former.engineId} (home ${former.home}), which replicates it no more; ` +
          "repeat the command that was refused\n",
      );
    });
}
