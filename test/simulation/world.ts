/**
 * The world of a simulation: sites of a flow with a few machines, a clock that nobody waits for, and beside the engine
 * a plain record of what each disk held when each recovery point was taken.
 */
import fs from "node:fs";
import path from "node:path";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { FlowId } from "../../provider/engine/flows.ts";
import { allowedActions } from "../../provider/engine/protected-item/allowed-actions.ts";
import type { ProtectedItem } from "../../provider/engine/protected-item/item.ts";
import { stateFacts } from "../../provider/engine/protected-item/states.ts";
import type { ItemAction } from "../../provider/engine/protected-item/transitions.ts";
import { SeededRandom } from "../../provider/random.ts";
import { hashOf, quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";

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

  private constructor(random: SeededRandom, clock: TurningClock, site: FlowSite) {
    this.random = random;
    this.clock = clock;
    this.site = site;
  }

  static async make(seed: number): Promise<World> {
    const random = new SeededRandom(seed);
    const clock = new TurningClock();
    const flow = flowIds[random.integer(flowIds.length)]!;
    const content = Buffer.from(random.bytes(blocks * blockBytes));
    const site = await FlowSite.make({ flow, clock, machines, content, random });
    const world = new World(random, clock, site);
    world.trace.push(`seed ${seed}, flow ${flow}`);
    await site.declare("line", "network-path", world.#line(true));
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

  /** Notes what the points that are new hold: what the disk held just before, given as its digest. */
  async note(machine: Machine, digest: string): Promise<void> {
    for (const { id } of await this.site.engine.recoveryPoints(this.site.itemId(machine))) {
      if (!this.contents.has(id)) this.contents.set(id, digest);
    }
  }

  loseLondon(): void {
    fs.renameSync(path.join(this.site.folder, "london"), path.join(this.site.folder, "lost"));
    this.isLondonLost = true;
  }

  mendLondon(): void {
    fs.renameSync(path.join(this.site.folder, "lost"), path.join(this.site.folder, "london"));
    this.isLondonLost = false;
  }

  setLine(connected: boolean): void {
    this.site.engine.putThing(this.site.ids.get("line")!, "network-path", this.#line(connected));
    this.isLineCut = !connected;
  }

  #line(connected: boolean): object {
    const isAzure = this.site.ids.get("second fabric") === undefined;
    return {
      ...{ resourceGroupName: "dr", resourceName: "dr-vault", fabricName: "london", networkPathName: "line" },
      purpose: "replication",
      connection: isAzure ? "PublicEndpoint" : "Lan",
      recoveryFabricName: isAzure ? "Microsoft Azure" : "paris",
      connected,
    };
  }

  remove(): void {
    this.site.remove();
  }
}

export { quiet };
