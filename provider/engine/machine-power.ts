/**
 * The power and the console of a machine by its folder, for people. It needs no engine: a machine is started before it is
 * protected.
 */
import path from "node:path";
import { localFileSystem } from "../blocks/file-system.ts";
import { systemClock } from "../clock.ts";
import { machineConsole } from "../drivers/machines-qemu/machine-console.ts";
import { libvirtMachines } from "../drivers/machines-libvirt/libvirt-machines.ts";
import { qemuMachines } from "../drivers/machines-qemu/qemu-machines.ts";
import { SiteRecoveryError } from "../errors.ts";
import { folderMachines } from "../machines/folder-machines.ts";
import { said } from "../message.ts";
import type { GuestEvidence } from "../model/guest-evidence.ts";
import type { FoundMark } from "../model/machine-mark.ts";
import type { Machines, PowerState, ReadyOptions } from "../ports/machines.ts";
import { systemRandom } from "../random.ts";
import { serverProgram } from "./instant-start/server-program.ts";

export interface MachinePowerView {
  readonly name: string;
  /** An absolute path, or the place of a libvirt domain. */
  readonly folder: string;
  readonly power: PowerState;
  /** False: its power is a word in a file, and no guest runs. */
  readonly isRunByQemu: boolean;
}

/** At which side a machine's folder is; `undefined` for a drill's. */
function sideOf({ madeBy }: FoundMark): "primary" | "recovery" | undefined {
  if (madeBy?.purpose === "test") return undefined;
  return madeBy?.purpose === "replica" ? "recovery" : "primary";
}

/** Two machines of one identity would run, and what one of them writes would be lost. */
function requireNotMovedAway(name: string, folder: string, mark: FoundMark | undefined): void {
  const { lastMove } = mark ?? {};
  const side = mark && sideOf(mark);
  if (lastMove === undefined || side === undefined) return;
  if (lastMove.isUnfinished === true) {
    const message = said`Machine ${name} is not started: the disks in ${folder} are not whole, because a move back to it has
      not ended. Run that move again: siterecovery failback ${name}`;
    throw new SiteRecoveryError("ActionNotAllowed", message, { target: folder });
  }
  if (lastMove.to === side) return;
  const mend =
    lastMove.to === "recovery"
      ? said`To bring it back: siterecovery failback ${name}`
      : said`To move it there: siterecovery failover ${name}`;
  const message = said`Machine ${name} is not started: it was moved to the ${lastMove.to} side, and what this copy of it
    writes would be lost. ${mend}`;
  throw new SiteRecoveryError("ActionNotAllowed", message, { target: folder });
}

export class MachinePower {
  readonly #machines: Machines;

  /** Of machines on this computer, unless a test gives others. */
  constructor(
    machines: Machines = libvirtMachines(
      qemuMachines(folderMachines(localFileSystem), {
        files: localFileSystem,
        clock: systemClock,
        random: systemRandom,
        serverProgram: serverProgram(),
      }),
      { clock: systemClock },
    ),
  ) {
    this.#machines = machines;
  }

  /** Whether a folder holds a machine. */
  exists(folder: string): Promise<boolean> {
    return this.#machines.exists(folder);
  }

  /** Throws `NotFound` where no machine is, and what `Machines.read` throws. */
  async show(folder: string): Promise<MachinePowerView> {
    if (!(await this.#machines.exists(folder))) {
      const message = this.#machines.holdsFiles(folder)
        ? said`There is no machine in ${folder}: it has no machine.yaml. Name the folder of a machine.`
        : said`There is no domain ${folder}. \`virsh domuuid <name>\` prints the UUID of a domain.`;
      throw new SiteRecoveryError("NotFound", message, { target: folder });
    }
    const { name, qemu } = await this.#machines.read(folder);
    const power = await this.#machines.powerState(folder);
    return {
      name,
      folder: this.#machines.holdsFiles(folder) ? path.resolve(folder) : folder,
      power,
      isRunByQemu: qemu !== undefined,
    };
  }

  /** Starts a machine; false if it ran already. Throws `ActionNotAllowed` for one that was moved to the other side. */
  async on(folder: string): Promise<boolean> {
    const { name, power } = await this.show(folder);
    if (power === "running") return false;
    requireNotMovedAway(name, folder, await this.#machines.markOf(folder));
    await this.#machines.start(folder);
    return true;
  }

  /** Waits for the word of the guest. `undefined` if its machine.yaml asks for none. */
  whenReady(folder: string, options: ReadyOptions): Promise<GuestEvidence | undefined> {
    return this.#machines.whenReady(folder, options);
  }

  /** Asks the guest to shut down, and waits; false if it was off already. */
  async off(folder: string): Promise<boolean> {
    const { power } = await this.show(folder);
    if (power === "off") return false;
    await this.#machines.shutDown(folder);
    return true;
  }

  /** The last lines of a machine's console. Throws `PrerequisitesNotMet` for a machine that has none. */
  async consoleLines(folder: string, count: number): Promise<string[]> {
    await this.show(folder);
    this.#requireConsole(folder);
    return machineConsole(localFileSystem, folder).lastLines(count);
  }

  #requireConsole(folder: string): void {
    if (this.#machines.holdsFiles(folder)) return;
    const [uri, uuid] = folder.split("#");
    const message = said`libvirt keeps the console of ${folder}. Show it with: virsh --connect ${uri ?? ""} console ${uuid ?? ""}`;
    throw new SiteRecoveryError("PrerequisitesNotMet", message, { target: folder });
  }

  /** Each line of the console from the start of the run on, until the signal is aborted or the machine is off. */
  async *followConsole(folder: string, signal: AbortSignal): AsyncGenerator<string, void> {
    await this.show(folder);
    this.#requireConsole(folder);
    const console = machineConsole(localFileSystem, folder);
    const reader = console.read();
    for (;;) {
      // Asked before the last lines are read: none may come between.
      const isOver = (await this.#machines.powerState(folder)) === "off";
      yield* reader.next();
      if (isOver || signal.aborted) {
        if (reader.unfinished !== "") yield reader.unfinished;
        return;
      }
      await systemClock.sleep(pollMs, signal).catch(() => undefined);
    }
  }
}

const pollMs = 200;
