/**
 * Whole jobs of an engine, recorded call by call. Machines, replicas, keys and process servers' caches are on a simulated
 * device; the database is SQLite's own, in every state that it may be in when the power goes (database-log.ts).
 */
import { createHash } from "node:crypto";
import path from "node:path";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import type { FlowId } from "../../provider/model/flows.ts";
import { SeededRandom } from "../../provider/random.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import type { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";
import { DatabaseLog, type LogLengths } from "./database-log.ts";
import { type AfterPowerLoss, PowerRecorder, samplingOf } from "./power-recorder.ts";
import { readAll } from "./powered-machine.ts";
import { copyInto, SwitchedFiles } from "./switched-files.ts";

/** What is known of a machine. */
export interface MachineKnown {
  /** What the active machine's disk may hold: what was flushed; empty while something is being written. */
  readonly contents: readonly string[];
  /** What acknowledged recovery points hold that nothing may give up now. */
  readonly points: ReadonlyMap<string, string>;
  /** States that the item may be in; none are named while a job is under way. */
  readonly states: readonly (string | undefined)[];
}

export interface Known {
  readonly database: LogLengths;
  readonly machines: ReadonlyMap<string, MachineKnown>;
  /** The name of the step that is under way or was acknowledged last. */
  readonly step: string;
}

/** The boot that the engine believes in: a test puts this object behind `currentBootId`. */
export interface Boot {
  id: string;
}

export const bootId = (boot: number): string => boot.toString(16).padStart(16, "0");

const diskBytes = 3 * 65_536;

export function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** What is known of a machine once everything that was begun has ended. */
async function acknowledged(site: FlowSite, name: string, before: MachineKnown): Promise<MachineKnown> {
  const item = site.engine.findItem(site.itemId(name));
  const points = new Map(before.points);
  if (item === undefined) return { ...before, points, states: [undefined] };
  const found = await site.engine.recoveryPoints(item.id);
  const newest = found.at(-1);
  for (const id of points.keys()) if (!found.some((point) => point.id === id)) points.delete(id);
  if (newest) points.set(newest.id, points.get(newest.id) ?? before.contents.at(-1)!);
  return { ...before, points, states: [item.state] };
}

export interface JobRunOptions {
  readonly flow: FlowId;
  readonly machines?: readonly string[];
  /** Runs before recording begins, on real files. */
  readonly prepare?: (site: FlowSite) => Promise<void>;
}

/** The next boot, with the engine open on what the power left. */
export interface NextBoot {
  readonly engine: Engine;
  readonly files: SimulatedFileSystem;
  readonly known: Known;
}

export class JobRun {
  readonly site: FlowSite;
  readonly clock = new TurningClock();
  readonly random = new SeededRandom(7);
  readonly recorder: PowerRecorder<Known>;
  readonly #log: DatabaseLog;
  #known: Omit<Known, "database">;

  private constructor(site: FlowSite, files: SwitchedFiles, machines: Known["machines"]) {
    this.site = site;
    this.#known = { machines, step: "" };
    const disk = new SimulatedDisk();
    copyInto(disk, site.folder);
    this.#log = DatabaseLog.of(path.join(site.folder, "home", "siterecovery.db"));
    this.recorder = new PowerRecorder<Known>(() => ({ ...this.#known, database: this.#log.lengths }), disk);
    files.switchTo(this.recorder.files);
    this.recorder.begin();
  }

  static async make({ flow, machines = ["web1"], prepare }: JobRunOptions): Promise<JobRun> {
    const files = new SwitchedFiles(localFileSystem);
    const clock = new TurningClock();
    const content = Buffer.from(new SeededRandom(3).bytes(diskBytes));
    const open = (home: string): Promise<Engine> => openEngine({ home, files, clock });
    const site = await FlowSite.make({ flow, machines, content, open });
    await prepare?.(site);
    const nothing = { contents: [digest(content)], points: new Map(), states: [] };
    const known = new Map<string, MachineKnown>();
    for (const name of machines) known.set(name, await acknowledged(site, name, nothing));
    return new JobRun(site, files, known);
  }

  #image(name: string): string {
    const item = this.site.engine.findItem(this.site.itemId(name));
    return item?.activeLocation === "recovery" ? this.site.replica(name) : this.site.image(name);
  }

  /** A user's command, which is acknowledged when it returns. `gives` says whether it may give points up. */
  async step(what: string, work: () => Promise<unknown>, gives = false): Promise<void> {
    const before = this.#known.machines;
    // While it is under way, an item may be in the state before, after, or in one between.
    const during = [...before].map(([name, known]): [string, MachineKnown] => [
      name,
      { ...known, states: [], points: gives ? new Map() : known.points },
    ]);
    this.#known = { machines: new Map(during), step: what };
    await work();
    const after = new Map<string, MachineKnown>();
    for (const [name, known] of before) after.set(name, await acknowledged(this.site, name, known));
    this.#known = { machines: after, step: what };
    this.recorder.acknowledge(what);
  }

  /** Writes to the disk of the machine that is active, and flushes it. */
  async write(name = "web1"): Promise<void> {
    const { files } = this.recorder;
    const image = this.#image(name);
    const bytes = this.random.bytes(3000);
    const offset = this.random.integer(diskBytes - bytes.length);
    const next = readAll(files, image);
    next.set(bytes, offset);
    // Sectors of a write that was not flushed are old or new, one by one: then the bytes are not compared.
    this.#setContents(name, []);
    const disk = await openTrackedDisk(image, { files });
    await disk.write(bytes, offset);
    await disk.flush();
    await disk.close();
    this.#setContents(name, [digest(next)]);
    this.recorder.acknowledge("a flushed write");
  }

  #setContents(name: string, contents: readonly string[]): void {
    const machines = new Map(this.#known.machines);
    machines.set(name, { ...machines.get(name)!, contents });
    this.#known = { ...this.#known, machines };
  }

  /** Ends the run, and cuts its power at a sample of its instants. Returns how many states were checked. */
  async cutPower(statesMax: number, boot: Boot, check: (next: NextBoot) => Promise<void>): Promise<number> {
    this.#log.keep();
    this.site.engine.close();
    const sampling = samplingOf(statesMax);
    const states = await this.recorder.check(sampling, (after) => this.#bootAgain(after, boot, check));
    process.stdout.write(
      `power lost in ${states} states of ${this.recorder.instants} instants of jobs in ${this.site.flow}, seed ${sampling.seed}\n`,
    );
    return states;
  }

  async #bootAgain(
    { files, known, survival, random }: AfterPowerLoss<Known>,
    boot: Boot,
    check: (next: NextBoot) => Promise<void>,
  ): Promise<void> {
    this.#log.putBack(known.database, survival === "none" ? undefined : random);
    boot.id = bootId(2);
    const clock = new TurningClock();
    clock.advance(10 * 60_000);
    const engine = await openEngine({ home: path.join(this.site.folder, "home"), files, clock });
    this.site.useEngine(engine);
    try {
      await check({ engine, files, known });
    } finally {
      engine.close();
      boot.id = bootId(1);
    }
  }
}
