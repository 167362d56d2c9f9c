/**
 * Freezing the guests that QEMU runs, by their agents, beside machines with commands of their own for it. A `consistency`
 * in machine.yaml goes before the agent.
 */
import { fileURLToPath } from "node:url";
import type { Clock } from "../../clock.ts";
import { SiteRecoveryError } from "../../errors.ts";
import { hookFailureOf } from "../../machines/hook-failure.ts";
import type { MachineHooks } from "../../machines/machine-hooks.ts";
import { startThawWatchdog, type ThawWatchdog } from "../../machines/start-thaw-watchdog.ts";
import { said } from "../../message.ts";
import type { Machine } from "../../ports/machines.ts";
import type { GuestAgent } from "../../qemu/guest-agent.ts";
import type { GuestParts, GuestProcess } from "../../qemu/guest-process.ts";
import { qemuPlaceOf, runningGuest } from "./qemu-place.ts";

/** How long a guest may be frozen: VSS gives up after ten seconds, and databases time out. */
const frozenMsMax = 10_000;
const agentMs = 10_000;

interface Held {
  readonly agent: GuestAgent;
  readonly watchdog: ThawWatchdog;
}

/** The program that thaws a guest when this process dies: thaw-guest.ts in source, thaw-guest.js in the built package. */
function thawProgram(): string {
  const ending = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  return fileURLToPath(new URL(`./thaw-guest${ending}`, import.meta.url));
}

function guestOf(parts: GuestParts, machine: Machine): GuestProcess {
  const place = qemuPlaceOf(parts.files, machine.folder);
  const guest = place && runningGuest(parts, place);
  if (guest !== undefined) return guest;
  throw new SiteRecoveryError("PrerequisitesNotMet", said`machine ${machine.name} is off`);
}

export function guestHooks(
  others: MachineHooks,
  parts: GuestParts & { readonly clock: Clock },
): MachineHooks {
  const held = new Map<string, Held>();
  const isByAgent = ({ qemu, consistency }: Machine): boolean =>
    qemu !== undefined && consistency === undefined;
  const letGo = (folder: string): void => {
    const one = held.get(folder);
    held.delete(folder);
    one?.agent.close();
    one?.watchdog.release();
  };
  return {
    timeoutOf: (machine) => (isByAgent(machine) ? frozenMsMax : others.timeoutOf(machine)),
    prepare: async (machine) => {
      if (!isByAgent(machine)) return others.prepare(machine);
      const { folder } = machine;
      return hookFailureOf(async () => {
        const guest = guestOf(parts, machine);
        const agent = await guest.agent({ timeoutMs: agentMs });
        const command = [process.execPath, thawProgram(), guest.sockets.agent, machine.name];
        const watchdog = await startThawWatchdog(
          { command, folder, timeoutMilliseconds: 60_000 },
          parts.clock,
        );
        if ("failure" in watchdog) {
          agent.close();
          throw new SiteRecoveryError(
            "PrerequisitesNotMet",
            said`nothing could thaw it: ${watchdog.failure}`,
          );
        }
        held.set(folder, { agent, watchdog });
      });
    },
    freeze: async (machine, signal) => {
      if (!isByAgent(machine)) return others.freeze(machine, signal);
      return hookFailureOf(async () => {
        await held.get(machine.folder)?.agent.freeze({ timeoutMs: agentMs, signal });
      });
    },
    thaw: async (machine) => {
      if (!isByAgent(machine)) return others.thaw(machine);
      const failure = await hookFailureOf(async () => {
        const agent = held.get(machine.folder)?.agent;
        if (agent !== undefined) {
          await agent.thaw({ timeoutMs: agentMs });
          return;
        }
        // What a dead process has left frozen: a guest that is off holds nothing.
        const place = qemuPlaceOf(parts.files, machine.folder);
        const guest = place && runningGuest(parts, place);
        if (guest === undefined) return;
        const other = await guest.agent({ timeoutMs: agentMs });
        try {
          await other.thaw({ timeoutMs: agentMs });
        } finally {
          other.close();
        }
      });
      if (failure === undefined) letGo(machine.folder);
      return failure;
    },
  };
}
