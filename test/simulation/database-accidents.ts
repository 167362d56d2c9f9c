/** Yesterday's database is put back, people work with it, and the newest one is found again. */
import fs from "node:fs";
import path from "node:path";
import { actsOf, tolerate } from "./accidents.ts";
import { checkError } from "./checks.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, machines, quiet, type World } from "./world.ts";

const isDatabase = (name: string): boolean => name.startsWith("siterecovery.db");

/** The database's files, kept in a folder; the engine is closed meanwhile. */
export class KeptDatabase {
  readonly #home: string;
  readonly #folder: string;
  /** The last move of each machine's item when it was kept. */
  readonly moves: Readonly<Record<Machine, string>>;

  constructor(world: World, name: string) {
    this.#home = path.join(world.site.folder, "home");
    this.#folder = path.join(world.site.folder, name);
    this.moves = movesOf(world);
    world.process.engine.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
    fs.mkdirSync(this.#folder);
    this.#copy(this.#home, this.#folder);
  }

  putBack(): void {
    for (const name of fs.readdirSync(this.#home)) {
      if (isDatabase(name)) fs.rmSync(path.join(this.#home, name));
    }
    this.#copy(this.#folder, this.#home);
  }

  #copy(from: string, to: string): void {
    for (const name of fs.readdirSync(from).filter(isDatabase)) {
      fs.copyFileSync(path.join(from, name), path.join(to, name));
    }
  }
}

/** The newest job that moved each machine, or was to move it. */
function movesOf(world: World): Record<Machine, string> {
  const newest = (machine: Machine): string => {
    const jobs = world.site.engine.jobs({ targetId: world.site.itemId(machine), limit: 100 });
    return jobs
      .filter(({ scenario }) => movers.has(scenario))
      .map(({ id }) => id)
      .sort()
      .join();
  };
  return { db1: newest("db1"), web1: newest("web1") };
}

const movers: ReadonlySet<string> = new Set([
  ...["PlannedFailover", "UnplannedFailover", "Failback", "CancelFailover", "ChangeRecoveryPoint"],
  ...["ReverseReplicate", "Commit", "CommitFailover", "DisableProtection", "EnableProtection"],
]);

export async function keepDatabase(world: World): Promise<void> {
  world.backup = new KeptDatabase(world, "yesterday");
  await world.restart();
}

interface Side {
  readonly image: string;
  readonly digest: string;
}

/** Where a machine runs, whatever any database says, and what it holds. */
function runningSides(world: World, machine: Machine): Side[] {
  const images = [world.primaryImage(machine), world.recoveryImage(machine)];
  return images.flatMap((image) =>
    image !== undefined && world.isRunning(image) ? [{ image, digest: world.hash(image) }] : [],
  );
}

async function putYesterdaysBack(world: World): Promise<void> {
  const backup = world.backup!;
  const now = new KeptDatabase(world, "today");
  await world.restart();
  const moved = machines.filter((machine) => now.moves[machine] !== backup.moves[machine]);
  const before = new Map(machines.map((machine) => [machine, runningSides(world, machine)]));
  const held = new Map(machines.map((machine) => [machine, world.hash(world.activeImage(machine))]));
  world.process.engine.close();
  backup.putBack();
  await world.restart();
  for (const machine of machines) {
    const acts = actsOf(world, machine);
    if (acts.length === 0) continue;
    const act = world.random.choose(acts);
    const end = await act.run(world.site.engine).then(
      () => "done",
      (error: unknown) => checkError(error).code,
    );
    world.tell(`with yesterday's database: ${act.name} (${end})`);
  }
  const sides = world.site.engine;
  for (const machine of moved) {
    for (const { image, digest } of before.get(machine)!) {
      const isAsBefore = world.isRunning(image) && world.hash(image) === digest;
      hold("oldDatabaseHarmless", isAsBefore, `yesterday's changed ${machine}, which has moved since`);
    }
  }
  sides.close();
  now.putBack();
  await world.restart();
  const known = machines.filter((machine) => world.find(machine) !== undefined);
  // What was done with the other database is taken over, and deltas begin from a comparison. A group's cycle needs all of it.
  for (const machine of known) {
    await tolerate(world, () => world.site.engine.identities.adoptMachine(world.site.itemId(machine)));
  }
  for (const machine of known) {
    const current = world.hash(world.activeImage(machine));
    world.held[machine].add(current).add(held.get(machine)!);
    if (world.replicates(machine)) {
      await world.site.engine.replicate(world.site.itemId(machine), quiet, "resync");
    }
    await world.note(machine, current);
  }
}

export function databaseAccidents(world: World): Step[] {
  if (!world.isWhole || !machines.every((machine) => world.find(machine) !== undefined)) return [];
  return [
    { name: "keep a copy of the database", run: () => keepDatabase(world) },
    ...(world.backup === undefined
      ? []
      : [{ name: "put yesterday's database back", run: () => putYesterdaysBack(world) }]),
  ];
}
