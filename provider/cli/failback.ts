import { Command } from "commander";
import type { FailoverKind } from "../engine/flows.ts";
import { moveTo } from "../handlers/move-machine.ts";
import { defaultKind, kindOption } from "./failover.ts";
import { itemNamed, openSession } from "./session.ts";
import { stoppable } from "./stoppable.ts";

interface FailbackFlags {
  readonly kind?: FailoverKind;
  readonly toHost?: string;
}

/**
 * `siterecovery failback <item>`: all the way back to the primary side. From Azure to Hyper-V that is one planned
 * failover (H2F-4); in the other flows the machine is replicated back first and failed over then (V2F-4, SEC-8).
 */
export function failbackCommand(): Command {
  return new Command("failback")
    .description("bring a machine back to the primary side, commit, and protect it again")
    .argument("<item>", "name of a protected item")
    .addOption(kindOption())
    .option("--to-host <host>", "make a machine that is gone on this host or vCenter server")
    .action(async (name: string, options: FailbackFlags, command: Command) => {
      const engine = await openSession(command);
      const item = itemNamed(engine, name);
      const kind = options.kind ?? defaultKind(item);
      const host = options.toHost === undefined ? {} : { toHost: options.toHost };
      await stoppable(name, (progress) => moveTo(engine, item.id, "primary", { kind, ...host }, progress));
      process.stdout.write(`${name} runs at the primary side and is protected again\n`);
    });
}
