/** Commands by which a person decides what the engine must not guess: `confirm-source-off`, `choose-machine`, `adopt-machine`. */
import { Command } from "commander";
import { itemNamed, openSession, withProgress } from "./session.ts";

/** `siterecovery confirm-source-off <item>`: a source that cannot be looked at is off for good. */
export function confirmSourceOffCommand(): Command {
  return new Command("confirm-source-off")
    .description(
      "say that the source of a machine that was failed over is off for good; one that is found is shut down",
    )
    .argument("<item>", "name of a protected item")
    .action(async (name: string, _flags: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const outcome = await withProgress(name, (progress) =>
        engine.identities.confirmSourceOff(id, progress),
      );
      const text =
        outcome === "seen off"
          ? "the source was found, and is off"
          : `the source counts as off for good; \`siterecovery failback ${name} --to-host <host>\` makes it again`;
      process.stdout.write(`${name}: ${text}\n`);
    });
}

/** `siterecovery choose-machine <item> --host <host>`: which of several machines of a name is the item's own. */
export function chooseMachineCommand(): Command {
  return new Command("choose-machine")
    .description("say which of several machines with the same name or id is the protected one")
    .argument("<item>", "name of a protected item")
    .requiredOption("--host <host>", "the host or vCenter server that has the machine")
    .action(async (name: string, { host }: { host: string }, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      await withProgress(name, (progress) => engine.identities.chooseMachine(id, host, progress));
      process.stdout.write(`${name}: the machine on ${host} is the protected one\n`);
    });
}

/** `siterecovery adopt-machine <item>`: takes over a machine that moved after the database was written. */
export function adoptMachineCommand(): Command {
  return new Command("adopt-machine")
    .description(
      "take over a machine that was moved after this database was written, when an older one was put back",
    )
    .argument("<item>", "name of a protected item")
    .action(async (name: string, _flags: object, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const side = await engine.identities.adoptMachine(id);
      const state = engine.findItem(id)!.state;
      const next = state.endsWith("CommitPending") ? `; \`siterecovery commit ${name}\` accepts it` : "";
      process.stdout.write(`${name} runs at the ${side} side${next}\n`);
    });
}
