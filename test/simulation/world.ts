/**
 * The world of a simulation: sites of a flow with a few machines, a clock that nobody waits for, and beside the engine
 * a plain record of what each disk held when each recovery point was taken.
 */
import fs from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { Engine } from "../../provider/engine/engine.ts";
import { type FlowId, flows } from "../../provider/engine/flows.ts";
import { allowedActions } from "../../provider/engine/protected-item/allowed-actions.ts";
import type { ProtectedItem } from "../../provider/engine/protected-item/item.ts";
import { stateFacts } from "../../provider/engine/protected-item/states.ts";
import type { ItemAction } from "../../provider/engine/protected-item/transitions.ts";
import type { ProtectedItemInputs, ProtectionSettings } from "../../provider/kinds/protected-item.ts";
import { SeededRandom } from "../../provider/random.ts";
import { hashOf, quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";
import { killLeases } from "./kill-leases.ts";
import { type LineState, lineOf } from "./line.ts";
import { MortalProcess } from "./mortal-process.ts";

const blockBytes = 65_536;
const blocks = 3;
const flowIds: readonly FlowId[] = ["S1", "S2", "S3", "S4", "S5", "S6"];
export const machines = ["db1", "web1"] as const;
export type Machine = (typeof machines)[number];

export class World {
  readonly random: SeededRandom;
  readonly clock: TurningClock;
  readonly site: FlowSite;
  /** What was done, for whoever looks into a failure. */
  readonly trace: string[] = [];
  /** By recovery point: the digest of the disk that it was taken of. */
  readonly contents = new Map<string, string>();
  isLondonLost = false;
  isLineCut = false;

  /** What each machine's disk has held, at the side where it ran. */
  readonly held: Readonly<Record<Machine, Set<string>>> = { db1: new Set(), web1: new Set() };
  /** Where a flow has replication groups, some worlds put both machines into one. */
  readonly isGrouped: boolean;
  #process: MortalProcess;

  private constructor(random: SeededRandom, clock: TurningClock, site: FlowSite, process: MortalProcess) {
    this.random = random;
    this.clock = clock;
    this.site = site;
    this.#process = process;
    this.isGrouped = flows[site.flow].hasReplicationGroups && random.integer(2) === 0;
  }

  static async make(seed: number): Promise<World> {
    const random = new SeededRandom(seed);
    const clock = new TurningClock();
    const flow = flowIds[random.integer(flowIds.length)]!;
    const content = Buffer.from(random.bytes(blocks * blockBytes));
    let process: MortalProcess;
    const open = async (home: string): Promise<Engine> => {
      process = await MortalProcess.start(home, clock, random);
      return process.engine;
    };
    const site = await FlowSite.make({ flow, machines, content, open });
    const world = new World(random, clock, site, process!);
    world.trace.push(`seed ${seed}, flow ${flow}${world.isGrouped ? ", one replication group" : ""}`);
    await site.declare("line", "network-path", lineOf(site, "up"));
    return world;
  }

  /** Any of the values. */
  pick<T>(values: readonly T[]): T {
    return values[this.random.integer(values.length)]!;
  }

  find(machine: Machine): ProtectedItem | undefined {
    return this.site.engine.findItem(this.site.itemId(machine));
  }

  allowed(machine: Machine): ItemAction[] {
    const item = this.find(machine);
    return item ? allowedActions(item) : [];
  }

  replicates(machine: Machine): boolean {
    const item = this.find(machine);
    return item !== undefined && stateFacts[item.state].replicates;
  }

  primaryImage(machine: Machine): string {
    const image = this.site.image(machine);
    return this.isLondonLost
      ? image.replace(`${path.sep}london${path.sep}`, `${path.sep}lost${path.sep}`)
      : image;
  }

  recoveryImage(machine: Machine): string | undefined {
    const folder = this.find(machine)?.details.recoveryMachine?.folder;
    return folder === undefined ? undefined : path.join(folder, "os.img");
  }

  /** The wanted settings of a machine that are the world's own: its replication group. */
  settingsOf(machine: Machine): Partial<ProtectedItemInputs> {
    if (!this.isGrouped) return {};
    const { properties } = this.site.inputs(machine);
    const details = { ...properties!.providerSpecificDetails!, multiVmGroupName: "shop" };
    return { properties: { ...properties!, providerSpecificDetails: details as ProtectionSettings } };
  }

  /** The image at the side that the machine runs at. */
  activeImage(machine: Machine): string {
    const isOut = this.find(machine)?.activeLocation === "recovery";
    return isOut ? this.recoveryImage(machine)! : this.primaryImage(machine);
  }

  isRunning(image: string | undefined): boolean {
    if (image === undefined || !fs.existsSync(path.join(path.dirname(image), "machine.yaml"))) return false;
    return this.site.power(image) === "running";
  }

  hash(image: string): string {
    return hashOf(image);
  }

  async write(machine: Machine): Promise<void> {
    const disk = await openTrackedDisk(this.activeImage(machine));
    const bytes = this.random.bytes(1 + this.random.integer(2 * blockBytes));
    const offset = this.random.integer(blocks * blockBytes - bytes.length);
    await disk.write(bytes, offset);
    await disk.flush();
    await disk.close();
  }

  /**
   * Notes what the points that are new hold. Each must be what the machine's disk held at some step: a point that mixes
   * two instants, or is of another machine, is none of those.
   */
  async note(machine: Machine, digest: string): Promise<void> {
    this.held[machine].add(digest);
    if (this.find(machine) === undefined) return;
    const { engine } = this.site;
    for (const { id } of await engine.recoveryPoints(this.site.itemId(machine))) {
      if (this.contents.has(id)) continue;
      const toPath = path.join(this.site.folder, "point.img");
      const wanted = { itemId: this.site.itemId(machine), recoveryPoint: id, toPath, overwrite: true };
      await engine.points.export(wanted, quiet);
      const content = hashOf(toPath);
      expect(
        [...this.held[machine]],
        `a recovery point of ${machine} holds what its disk never did`,
      ).toContain(content);
      this.contents.set(id, content);
    }
  }

  get process(): MortalProcess {
    return this.#process;
  }

  /** Another process that has the same home open. */
  startProcess(): Promise<MortalProcess> {
    return MortalProcess.start(path.join(this.site.folder, "home"), this.clock, this.random);
  }

  /** The user starts the command again, in a new process. No process may be at work. */
  async restart(): Promise<void> {
    killLeases(this.site.folder);
    this.#process = await this.startProcess();
    this.site.useEngine(this.#process.engine);
  }

  loseLondon(): void {
    fs.renameSync(path.join(this.site.folder, "london"), path.join(this.site.folder, "lost"));
    this.isLondonLost = true;
  }

  mendLondon(): void {
    fs.renameSync(path.join(this.site.folder, "lost"), path.join(this.site.folder, "london"));
    this.isLondonLost = false;
  }

  setLine(state: LineState): void {
    this.site.engine.putThing(this.site.ids.get("line")!, "network-path", lineOf(this.site, state));
    this.isLineCut = state !== "up";
  }

  remove(): void {
    this.site.remove();
  }
}

export { quiet };
