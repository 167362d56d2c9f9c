/**
 * Power lost during whole jobs of an engine: enabling, cycles, resync, planned failover, commit, failback or reverse
 * replication and the way back. Machines, replicas, keys and process servers' caches are on a simulated device; the
 * database is SQLite's own, in every state that it may be in then (database-log.ts).
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { localFileSystem } from "../../provider/blocks/file-system.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { type Engine, openEngine } from "../../provider/engine/engine.ts";
import { type FlowId, flows } from "../../provider/engine/flows.ts";
import type { ProtectedItem } from "../../provider/engine/protected-item/item.ts";
import { isExpected } from "../../provider/errors.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { SeededRandom } from "../../provider/random.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import type { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { quiet } from "../engine/fixture.ts";
import { FlowSite } from "../engine/flow-site.ts";
import { TurningClock } from "../turning-clock.ts";
import { DatabaseLog, type LogLengths } from "./database-log.ts";
import { type AfterPowerLoss, PowerRecorder, samplingOf } from "./power-recorder.ts";
import { readAll } from "./powered-machine.ts";
import { copyInto, SwitchedFiles } from "./switched-files.ts";

const boot = vi.hoisted(() => ({ id: "1".padStart(16, "0") }));
vi.mock("../../provider/disks/boot-id.ts", () => ({ currentBootId: () => boot.id }));

interface Known {
  readonly database: LogLengths;
  /** What the active machine's disk may hold: what was flushed, and what is being written. */
  readonly contents: readonly string[];
  /** What acknowledged recovery points hold that nothing may give up now. */
  readonly points: ReadonlyMap<string, string>;
  /** States that the item may be in; several while a job is under way. */
  readonly states: readonly (string | undefined)[];
}

const diskBytes = 3 * 65_536;

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let site: FlowSite;
afterEach(() => {
  boot.id = "1".padStart(16, "0");
  fs.rmSync(site.folder, { recursive: true });
});

class JobRun {
  readonly clock = new TurningClock();
  readonly random = new SeededRandom(7);
  readonly recorder: PowerRecorder<Known>;
  readonly log: DatabaseLog;
  #known: Omit<Known, "database">;

  private constructor(disk: SimulatedDisk, files: SwitchedFiles) {
    this.log = DatabaseLog.of(path.join(site.folder, "home", "siterecovery.db"));
    this.recorder = new PowerRecorder<Known>(() => ({ ...this.#known, database: this.log.lengths }), disk);
    files.switchTo(this.recorder.files);
    const content = digest(readAll(this.recorder.files, site.image()));
    this.#known = { contents: [content], points: new Map(), states: [undefined] };
    this.recorder.begin();
  }

  static async make(flow: FlowId): Promise<JobRun> {
    const files = new SwitchedFiles(localFileSystem);
    const clock = new TurningClock();
    const content = Buffer.from(new SeededRandom(3).bytes(diskBytes));
    const open = (home: string): Promise<Engine> => openEngine({ home, files, clock });
    site = await FlowSite.make({ flow, content, open });
    const disk = new SimulatedDisk();
    copyInto(disk, site.folder);
    return new JobRun(disk, files);
  }

  #item(): ProtectedItem | undefined {
    return site.engine.findItem(site.itemId());
  }

  #image(): string {
    const isOut = this.#item()?.activeLocation === "recovery";
    return isOut ? site.replica() : site.image();
  }

  async #content(points: Map<string, string>): Promise<void> {
    if (this.#item() === undefined) return;
    const found = await site.engine.recoveryPoints(site.itemId());
    const newest = found.at(-1);
    for (const id of points.keys()) if (!found.some((point) => point.id === id)) points.delete(id);
    if (newest) points.set(newest.id, points.get(newest.id) ?? this.#known.contents.at(-1)!);
  }

  /** A user's command, which is acknowledged when it returns. `gives` says whether it may give points up. */
  async step(what: string, work: () => Promise<unknown>, gives = false): Promise<void> {
    const before = this.#known;
    // While it is under way, the item may be in the state before, after, or in one between.
    this.#known = { ...before, states: [], points: gives ? new Map() : before.points };
    await work();
    const points = new Map(before.points);
    this.#known = { ...before, states: [this.#item()?.state] };
    await this.#content(points);
    this.#known = { ...this.#known, points };
    this.recorder.acknowledge(what);
  }

  async write(): Promise<void> {
    const { files } = this.recorder;
    const bytes = this.random.bytes(3000);
    const offset = this.random.integer(diskBytes - bytes.length);
    const next = readAll(files, this.#image());
    next.set(bytes, offset);
    const before = this.#known;
    // Sectors of a write that was not flushed are old or new, one by one: then the bytes are not compared.
    this.#known = { ...before, contents: [] };
    const disk = await openTrackedDisk(this.#image(), { files });
    await disk.write(bytes, offset);
    await disk.flush();
    await disk.close();
    this.#known = { ...before, contents: [digest(next)] };
    this.recorder.acknowledge("a flushed write");
  }
}

/** The next boot opens what is left, finishes what was begun, and goes on. */
async function check(log: DatabaseLog, after: AfterPowerLoss<Known>): Promise<void> {
  const { files, known, survival, random } = after;
  log.putBack(known.database, survival === "none" ? undefined : random);
  boot.id = "2".padStart(16, "0");
  const engine = await openEngine({ home: path.join(site.folder, "home"), files, clock: laterClock() });
  site.useEngine(engine);
  try {
    await checkEngine(engine, files, known);
  } finally {
    engine.close();
    boot.id = "1".padStart(16, "0");
  }
}

function laterClock(): TurningClock {
  const clock = new TurningClock();
  clock.advance(10 * 60_000);
  return clock;
}

async function contentOf(engine: Engine, files: SimulatedFileSystem, pointId: string): Promise<string> {
  const toPath = path.join(site.folder, "point.img");
  const wanted = { itemId: site.itemId(), recoveryPoint: pointId, toPath, overwrite: true };
  await engine.points.export(wanted, quiet);
  return digest(readAll(files, toPath));
}

async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

function sidesOf(engine: Engine, files: SimulatedFileSystem): { running: string[]; active: string } {
  const item = engine.findItem(site.itemId());
  const machines = folderMachines(files);
  const recovery = item?.details.recoveryMachine?.folder;
  const primary = path.dirname(site.image());
  const folders = recovery === undefined ? [primary] : [primary, recovery];
  const running = folders.filter(
    (folder) => machines.exists(folder) && machines.powerState(folder) === "running",
  );
  return { running, active: item?.activeLocation === "recovery" ? recovery! : primary };
}

async function checkEngine(engine: Engine, files: SimulatedFileSystem, known: Known): Promise<void> {
  const id = site.itemId();
  const state = engine.findItem(id)?.state;
  if (known.states.length > 0) expect(known.states, "the state that was acknowledged").toContain(state);
  // The next command finishes or takes back what was under way.
  if (state !== undefined) await tolerate(() => engine.replicate(id, quiet));
  const open = engine.jobs({ limit: 20 }).filter((job) => /InProgress|NotStarted/.test(job.state));
  expect(open, "jobs that nobody ends").toEqual([]);
  const { running, active } = sidesOf(engine, files);
  expect(running.length, "machines that run").toBeLessThanOrEqual(1);
  const image = path.join(active, "os.img");
  if (known.contents.length > 0) {
    expect(known.contents, "flushed writes").toContain(digest(readAll(files, image)));
  }
  if (engine.findItem(id) === undefined) return;
  const found = await engine.recoveryPoints(id);
  for (const [pointId, content] of known.points) {
    expect(
      found.map((point) => point.id),
      "an acknowledged recovery point",
    ).toContain(pointId);
    expect(await contentOf(engine, files, pointId), `point ${pointId}`).toBe(content);
  }
  await checkNextCycle(engine, files, image);
}

/** Where cycles run, the next one makes a point of what the disk holds. */
async function checkNextCycle(engine: Engine, files: SimulatedFileSystem, image: string): Promise<void> {
  const id = site.itemId();
  const { state } = engine.findItem(id)!;
  if (state !== "Protected" && state !== "ReverseProtected") return;
  await engine.replicate(id, quiet);
  const newest = (await engine.recoveryPoints(id)).at(-1)!;
  expect(await contentOf(engine, files, newest.id), "the next point").toBe(digest(readAll(files, image)));
}

const protect = (): Promise<unknown> => site.protect();
const cycle = (mode?: "resync"): Promise<unknown> => site.engine.replicate(site.itemId(), quiet, mode);
const planned = (): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind: "planned", recoveryPoint: "latest" }, quiet);
const unplanned = (): Promise<void> =>
  site.engine.moves.failover(site.itemId(), { kind: "unplanned", recoveryPoint: "latest" }, quiet);
const commit = (): Promise<void> => site.engine.moves.commit(site.itemId(), quiet);

const reverse = (): Promise<void> => site.engine.moves.reverseReplicate(site.itemId(), quiet);

/** Out and back, by the way that the flow has, and protected again. */
const journeys: Record<"failback" | "reverseReplication" | "commit", (run: JobRun) => Promise<void>> = {
  failback: async (run) => {
    await run.write();
    await run.step("a planned failover", planned);
    await run.step("a commit", commit, true);
    await run.write();
    await run.step("a failback", () => site.engine.moves.failback(site.itemId(), quiet));
  },
  reverseReplication: async (run) => {
    await run.step("an unplanned failover", unplanned);
    await run.step("a commit", commit, true);
    await run.write();
    await run.step("reverse replication", reverse, true);
    await run.write();
    await run.step("a failover back", unplanned);
  },
  // The commit of a planned failover between two VMM sites sets the way back up.
  commit: async (run) => {
    await run.write();
    await run.step("a planned failover", planned);
    await run.step("a commit that reverses", commit, true);
    await run.write();
    await run.step("a planned failover back", planned);
  },
};

function journeyOf(flow: FlowId): (run: JobRun) => Promise<void> {
  const { isProtectedAfterPlannedFailover, wayBack } = flows[flow];
  if (isProtectedAfterPlannedFailover) return journeys.commit;
  return wayBack === "failback" ? journeys.failback : journeys.reverseReplication;
}

it.each(["S1", "S2", "S3", "S4", "S5", "S6"] as const)(
  "power lost at any call of an engine's jobs in %s: what was acknowledged survives, and the next boot goes on",
  { timeout: 7_200_000 },
  async (flow) => {
    const run = await JobRun.make(flow);
    await run.step("enabling", protect);
    await run.write();
    await run.step("a delta", cycle);
    await run.write();
    await run.step("a resync", () => cycle("resync"));
    await journeyOf(flow)(run);
    await run.step("the commit of the way back", commit, true);
    await run.step("protection again", reverse, true);
    run.log.keep();
    site.engine.close();
    const sampling = samplingOf(20);
    const states = await run.recorder.check(sampling, (after) => check(run.log, after));
    process.stdout.write(
      `power lost in ${states} states of ${run.recorder.instants} instants of jobs in ${flow}, seed ${sampling.seed}\n`,
    );
    expect(states).toBeGreaterThan(sampling.statesMax);
  },
);
