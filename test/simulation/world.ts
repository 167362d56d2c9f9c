/**
 * The world of a simulation: sites of a flow with a few machines, a clock that nobody waits for, and beside the engine
 * a plain record of what each disk held when each recovery point was taken.
 */
import fs from "node:fs";
import path from "node:path";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { Engine } from "../../provider/engine/engine.ts";
import { type FlowId, flows } from "../../provider/model/flows.ts";
import { allowedActions } from "../../provider/model/allowed-actions.ts";
import type { ProtectedItem } from "../../provider/model/item.ts";
import { stateFacts } from "../../provider/model/states.ts";
import type { ItemAction } from "../../provider/model/transitions.ts";
import type { ProtectedItemInputs, ProtectionSettings } from "../../provider/kinds/protected-item.ts";
import type { OwnerMark } from "../../provider/handlers/owner.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";
import { leaseMilliseconds } from "../../provider/store/lease-row.ts";
import type { KeptDatabase } from "./database-accidents.ts";
import { keepPoints } from "./keep-points.ts";
import { killLeases } from "./kill-leases.ts";
import { type LineState, lineOf } from "./line.ts";
import { LostSites } from "./lost-sites.ts";
import { digestBeside, imagesBeside, putDataDisk } from "./machine-disks.ts";
import { MortalProcess } from "./mortal-process.ts";
import { notePoints } from "./note-points.ts";
import { declareMoreHosts, spareImage } from "./spare-host.ts";
import { threadChoice } from "./thread-choice.ts";
import type { TraceLine } from "./trace-line.ts";
import { TurnRandom } from "./turn-random.ts";

const blockBytes = 65_536;
const blocks = 3;
/** Large disks are copied by several jobs, on a worker thread. */
const blocksOfLarge = 200;
const flowIds: readonly FlowId[] = ["S1", "S2", "S3", "S4", "S5", "S6"];
export const machines = ["db1", "web1"] as const;
export type Machine = (typeof machines)[number];

interface WorldOptions {
  readonly random: TurnRandom;
  readonly clock: TurningClock;
  /** Of each machine's disk. */
  readonly blocks: number;
}

export class World {
  readonly random: TurnRandom;
  readonly clock: TurningClock;
  readonly site: FlowSite;
  /** What was done, for whoever looks into a failure. */
  readonly trace: TraceLine[] = [];
  #turn = 0;
  /** By recovery point: the digest of the disk that it was taken of. */
  readonly contents = new Map<string, string>();
  readonly lost: LostSites;
  isLineCut = false;

  /** A copy of the database from an earlier turn. */
  backup: KeptDatabase | undefined;
  /** What the states of the resources hold that protect the machines. */
  readonly marks: Record<Machine, OwnerMark | undefined> = { db1: undefined, web1: undefined };

  /** What each machine's disk has held, at the side where it ran. */
  readonly held: Readonly<Record<Machine, Set<string>>> = { db1: new Set(), web1: new Set() };
  /** Where a flow has replication groups, some worlds put both machines into one. */
  readonly isGrouped: boolean;
  #process: MortalProcess;

  readonly #blocks: number;

  private constructor(site: FlowSite, process: MortalProcess, options: WorldOptions) {
    const { random, clock } = options;
    this.#blocks = options.blocks;
    this.random = random;
    this.clock = clock;
    this.site = site;
    this.#process = process;
    this.lost = new LostSites(site.folder, path.basename(path.dirname(path.dirname(site.image("web1")))));
    this.isGrouped = flows[site.flow].hasReplicationGroups && random.integer(2) === 0;
  }

  static async make(seed: number): Promise<World> {
    const random = new TurnRandom(seed);
    const clock = new TurningClock();
    const flow = flowIds[random.integer(flowIds.length)]!;
    const isLarge = random.happens("large", 12);
    threadChoice.threads = isLarge ? 1 : 0;
    const bytes = random.bytes(blocks * blockBytes);
    const content = Buffer.alloc((isLarge ? blocksOfLarge : blocks) * blockBytes);
    content.set(bytes);
    // Data at both ends, holes between.
    content.set(bytes.subarray(0, blockBytes), content.length - blockBytes);
    let process: MortalProcess;
    const open = async (home: string): Promise<Engine> => {
      process = await MortalProcess.start(home, clock, random);
      return process.engine;
    };
    const site = await FlowSite.make({ flow, machines, content, open });
    const options = { random, clock, blocks: content.length / blockBytes };
    const world = new World(site, process!, options);
    const words = [world.isGrouped ? ", one replication group" : "", isLarge ? ", large disks" : ""];
    world.tell(`seed ${seed}, flow ${flow}${words.join("")}`);
    await site.declare("line", "network-path", lineOf(site, "up"));
    await declareMoreHosts(world);
    await keepPoints(world);
    // What happens to a second disk is rare where it has to be added first.
    for (const machine of machines) {
      if (!random.happens(`data disk of ${machine}`, 4)) continue;
      putDataDisk(site.image(machine), random.bytes(100_000));
      world.tell(`${machine} has a data disk`);
    }
    return world;
  }

  begin(turn: number): void {
    this.#turn = turn;
    this.random.begin(turn);
  }

  tell(text: string): void {
    this.trace.push({ turn: this.#turn, text });
  }

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
    if (item === undefined || !stateFacts[item.state].replicates) return false;
    return this.site.engine.pausedWith(item.id) === undefined;
  }

  primaryImage(machine: Machine): string {
    return spareImage(this, machine) ?? this.lost.placeOf(this.site.image(machine));
  }

  recoveryImage(machine: Machine): string | undefined {
    const folder = this.find(machine)?.details.recoveryMachine?.folder;
    return folder === undefined ? undefined : this.lost.placeOf(path.join(folder, "os.img"));
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

  /** Whether its machine at the primary side is on the host that it began on. */
  isAtHome(machine: Machine): boolean {
    return this.primaryImage(machine) === this.site.image(machine);
  }

  isRunning(image: string | undefined): boolean {
    if (image === undefined || !fs.existsSync(path.join(path.dirname(image), "machine.yaml"))) return false;
    return this.site.power(image) === "running";
  }

  hash(image: string): string {
    return digestBeside(image);
  }

  async write(machine: Machine): Promise<void> {
    const disk = await openTrackedDisk(this.pick(imagesBeside(this.activeImage(machine))));
    const bytes = this.random.bytes(1 + this.random.integer(Math.min(2 * blockBytes, disk.sizeBytes - 1)));
    const offset = this.random.integer(disk.sizeBytes - bytes.length);
    await disk.write(bytes, offset);
    await disk.flush();
    await disk.close();
  }

  /** Notes what the machine's disk holds now, and what each of its points that are new holds. */
  async note(machine: Machine, digest: string): Promise<void> {
    this.held[machine].add(digest);
    if (this.find(machine) !== undefined) await notePoints(this, machine);
  }

  get process(): MortalProcess {
    return this.#process;
  }

  /** Another process that has the same home open. */
  async startProcess(): Promise<MortalProcess> {
    return MortalProcess.start(path.join(this.site.folder, "home"), this.clock, this.random);
  }

  /** The user starts the command again, in a new process. No process may be at work. */
  async restart(): Promise<void> {
    await this.#process.ended();
    if (this.random.integer(3) === 0) {
      // It was killed with its container, and the next one has another host name: its lease has to run out.
      killLeases(this.site.folder, `box-${this.random.integer(1000)}`);
      this.clock.advance(leaseMilliseconds);
    } else killLeases(this.site.folder);
    this.#process = await this.startProcess();
    this.site.useEngine(this.#process.engine);
  }

  async setLine(state: LineState): Promise<void> {
    await this.site.engine.putThing(this.site.ids.get("line")!, "network-path", lineOf(this.site, state));
    this.isLineCut = state !== "up";
  }

  /** Nothing that is allowed may be refused. */
  get isWhole(): boolean {
    return this.lost.areNone && !this.isLineCut;
  }

  remove(): void {
    this.lost.mendAll();
    this.site.remove();
  }
}

export { quiet };
