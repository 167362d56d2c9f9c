import { Command, Option } from "commander";
import { nameOf } from "../arm-id.ts";
import { itemNamed, openSession, withProgress } from "./session.ts";

interface FailoverFlags {
  readonly kind: "planned" | "unplanned";
  readonly recoveryPoint: string;
  readonly commit?: boolean;
}

/** `siterecovery failover <item>`: moves a machine to the recovery side, outside of any program. */
export function failoverCommand(): Command {
  return new Command("failover")
    .description("fail a machine over to the recovery side (a program declares it with activeLocation)")
    .argument("<item>", "name of a protected item")
    .addOption(
      new Option("--kind <kind>", "planned shuts the source down and loses nothing")
        .choices(["planned", "unplanned"])
        .default("planned"),
    )
    .option("--recovery-point <point>", "for an unplanned failover: latest or a point's id", "latest")
    .option("--commit", "commit at once")
    .action(async (name: string, options: FailoverFlags, command: Command) => {
      const engine = await openSession(command);
      const { id } = itemNamed(engine, name);
      const { kind, recoveryPoint } = options;
      await withProgress(name, async (progress) => {
        await engine.failover(id, { kind, recoveryPoint }, progress);
        if (options.commit === true) await engine.commit(id, progress);
      });
      const machine = engine.findItem(id)!.details.recoveryMachine!;
      const next = options.commit === true ? "committed" : `commit pending: \`siterecovery commit ${name}\``;
      process.stdout.write(`${nameOf(id)} runs at the recovery side as ${machine.name} (${next})\n`);
    });
}
