/** What must be true of machines and replicas once the next boot has gone on after a power cut. */
import path from "node:path";
import { expect } from "vitest";
import { isExpected } from "../../provider/errors.ts";
import { folderMachines } from "../../provider/machines/folder-machines.ts";
import { quiet } from "../engine/fixture.ts";
import type { FlowSite } from "../engine/flow-site.ts";
import { digest, type MachineKnown, type NextBoot } from "./job-run.ts";
import { readAll } from "./powered-machine.ts";
import { filterInTurn } from "../../provider/in-turn.ts";

/** Runs a command that may be refused. Any error but one for a person is thrown. */
export async function tolerate(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

/** Before anything is done: each item is in a state that was acknowledged. */
export function expectStates(site: FlowSite, { engine, known }: NextBoot): void {
  for (const [name, { states }] of known.machines) {
    if (states.length === 0) continue;
    const state = engine.findItem(site.itemId(name))?.state;
    expect(states, `the state of ${name} that was acknowledged`).toContain(state);
  }
}

export function expectNoOpenJobs({ engine }: NextBoot): void {
  const open = engine.jobs({ limit: 50 }).filter((job) => /InProgress|NotStarted/.test(job.state));
  expect(open, "jobs that nobody ends").toEqual([]);
}

/** At most one side runs, its disk holds what was flushed, acknowledged points are whole, and the next cycle is right. */
export async function expectNothingLost(site: FlowSite, next: NextBoot): Promise<void> {
  for (const [name, known] of next.known.machines) await expectMachine(site, next, { name, known });
}

interface Sides {
  readonly running: readonly string[];
  readonly active: string;
}

/** Which folders of a machine have one that runs, and which is the active side's. */
export async function sidesOf(site: FlowSite, { engine, files }: NextBoot, name: string): Promise<Sides> {
  const item = engine.findItem(site.itemId(name));
  const machines = folderMachines(files);
  const recovery = item?.details.recoveryMachine?.folder;
  const primary = path.dirname(site.image(name));
  const folders = recovery === undefined ? [primary] : [primary, recovery];
  const running = await filterInTurn(
    folders,
    async (folder) => (await machines.exists(folder)) && (await machines.powerState(folder)) === "running",
  );
  return { running, active: item?.activeLocation === "recovery" ? recovery! : primary };
}

async function contentOf(
  site: FlowSite,
  { engine, files }: NextBoot,
  point: { name: string; id: string },
): Promise<string> {
  const toPath = path.join(site.folder, "point.img");
  const wanted = { itemId: site.itemId(point.name), recoveryPoint: point.id, toPath, overwrite: true };
  await engine.points.export(wanted, quiet);
  return digest(readAll(files, toPath));
}

async function expectMachine(
  site: FlowSite,
  next: NextBoot,
  { name, known }: { name: string; known: MachineKnown },
): Promise<void> {
  const { engine, files } = next;
  const id = site.itemId(name);
  const { running, active } = await sidesOf(site, next, name);
  expect(running.length, `sides at which ${name} runs`).toBeLessThanOrEqual(1);
  const image = path.join(active, "os.img");
  if (known.contents.length > 0) {
    expect(known.contents, `flushed writes of ${name}`).toContain(digest(readAll(files, image)));
  }
  if (engine.findItem(id) === undefined) return;
  const found = await engine.recoveryPoints(id);
  for (const [pointId, content] of known.points) {
    expect(
      found.map((point) => point.id),
      `an acknowledged recovery point of ${name}`,
    ).toContain(pointId);
    expect(await contentOf(site, next, { name, id: pointId }), `point ${pointId}`).toBe(content);
  }
  const { state } = engine.findItem(id)!;
  if (state !== "Protected" && state !== "ReverseProtected") return;
  // Where cycles run, the next one makes a point of what the disk holds.
  await engine.replicate(id, quiet);
  const newest = (await engine.recoveryPoints(id)).at(-1)!;
  expect(await contentOf(site, next, { name, id: newest.id }), "the next point").toBe(
    digest(readAll(files, image)),
  );
}
