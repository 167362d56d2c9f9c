/** Freezing the guests of libvirt domains, by the QEMU guest agent through libvirt, beside other machines. */
import type { Clock } from "../../clock.ts";
import { hookFailureOf } from "../../machines/hook-failure.ts";
import type { MachineHooks } from "../../machines/machine-hooks.ts";
import type { HookFailure } from "../../machines/run-hook.ts";
import { startThawWatchdog, type ThawWatchdog } from "../../machines/start-thaw-watchdog.ts";
import type { Machine } from "../../ports/machines.ts";
import { domainOf, type DomainPlace } from "./domain-place.ts";
import { isOff } from "./domain-power.ts";
import { virsh } from "./virsh.ts";

/** How long a guest may be frozen: VSS gives up after ten seconds, and databases time out. */
const frozenMsMax = 10_000;
const thawSeconds = 30;

export function libvirtHooks(others: MachineHooks, { clock }: { readonly clock: Clock }): MachineHooks {
  const watchdogs = new Map<string, ThawWatchdog>();
  const prepare = async (domain: DomainPlace): Promise<HookFailure> => {
    const { uri, uuid, place } = domain;
    const failure = await hookFailureOf(() =>
      // An agent that does not answer now would let the freeze wait for it.
      virsh(clock, uri, ["qemu-agent-command", uuid, '{"execute":"guest-ping"}', "--timeout", "10"]),
    );
    if (failure !== undefined) return failure;
    const command = ["virsh", "--quiet", "--connect", uri, "domfsthaw", uuid];
    const watchdog = await startThawWatchdog({ command, folder: "/", timeoutMilliseconds: 60_000 }, clock);
    if ("failure" in watchdog) return watchdog.failure;
    watchdogs.set(place, watchdog);
    return undefined;
  };
  const thaw = async (domain: DomainPlace): Promise<HookFailure> => {
    const { uri, uuid, place } = domain;
    const failure = await hookFailureOf(async () => {
      // What a dead process has left frozen: a guest that is off holds nothing.
      if (await isOff(clock, domain)) return;
      await virsh(clock, uri, ["domfsthaw", uuid], { timeoutSeconds: thawSeconds });
    });
    if (failure === undefined) {
      watchdogs.get(place)?.release();
      watchdogs.delete(place);
    }
    return failure;
  };
  const domainOfMachine = ({ folder }: Machine): DomainPlace | undefined => domainOf(folder);
  return {
    timeoutOf: (machine) => (domainOfMachine(machine) ? frozenMsMax : others.timeoutOf(machine)),
    prepare: async (machine) => {
      const domain = domainOfMachine(machine);
      return domain ? prepare(domain) : others.prepare(machine);
    },
    freeze: async (machine, signal) => {
      const domain = domainOfMachine(machine);
      if (domain === undefined) return others.freeze(machine, signal);
      const { uri, uuid } = domain;
      return hookFailureOf(() =>
        virsh(clock, uri, ["domfsfreeze", uuid], { timeoutSeconds: frozenMsMax / 1000, signal }),
      );
    },
    thaw: async (machine) => {
      const domain = domainOfMachine(machine);
      return domain ? thaw(domain) : others.thaw(machine);
    },
  };
}
