/** What happens to a target: an older copy of it is put back, or half of what is on it is lost. */
import fs from "node:fs";
import path from "node:path";
import { isReplicating, writeTracked } from "./disk-accidents.ts";
import { replicateOrRefuse } from "./replicate-or-refuse.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

/** The folders of replicas, wherever they are kept. */
function replicaFolders({ site }: World): string[] {
  const names = fs.readdirSync(site.folder, { recursive: true, encoding: "utf8" });
  const marks = names.filter((name) => path.basename(name) === "machine.sealed");
  return marks.map((name) => path.dirname(path.join(site.folder, name))).sort();
}

function pointsIn(folder: string): string {
  return fs.readdirSync(path.join(folder, "points")).sort().join();
}

interface Copy {
  readonly folder: string;
  readonly copy: string;
  readonly points: string;
}

function copyAll(world: World): Copy[] {
  return replicaFolders(world).map((folder, index) => {
    const copy = path.join(world.site.folder, "copies", String(index));
    fs.cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
    return { folder, copy, points: pointsIn(folder) };
  });
}

/** A write that becomes a point. Returns the copies from before of those replicas that it changed. */
async function copyBeforeCycle(world: World, machine: Machine): Promise<Copy[]> {
  const copies = copyAll(world);
  await writeTracked(world, machine);
  const digest = world.hash(world.activeImage(machine));
  await world.site.engine.replicate(world.site.itemId(machine), quiet);
  await world.note(machine, digest);
  return copies.filter(({ folder, points }) => pointsIn(folder) !== points);
}

function putBack({ folder, copy }: Copy): void {
  fs.rmSync(folder, { recursive: true });
  fs.cpSync(copy, folder, { recursive: true, preserveTimestamps: true });
}

function forget(world: World): void {
  fs.rmSync(path.join(world.site.folder, "copies"), { recursive: true, force: true });
}

async function older(world: World, machine: Machine): Promise<void> {
  for (const copy of await copyBeforeCycle(world, machine)) putBack(copy);
  forget(world);
  await writeTracked(world, machine);
  await replicateOrRefuse(world, machine, "an older copy of its target was put back", "deltaOnItsPoint");
}

/** Every second layer file is lost; later all of them are found again. */
async function half(world: World, machine: Machine): Promise<void> {
  const changed = await copyBeforeCycle(world, machine);
  forget(world);
  const whole = copyAll(world).filter(({ folder }) => changed.some((copy) => copy.folder === folder));
  for (const { folder } of changed) {
    const disks = path.join(folder, "disks");
    const layers = fs
      .readdirSync(disks, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(segment|map)$/.test(name))
      .sort();
    const chosen = layers.filter((_name, index) => index % 2 === world.random.integer(2));
    for (const name of chosen) fs.rmSync(path.join(disks, name));
  }
  await writeTracked(world, machine);
  const what = "half of its target was lost";
  await replicateOrRefuse(world, machine, what, "deltaOnItsPoint");
  for (const copy of whole) putBack(copy);
  forget(world);
  await writeTracked(world, machine);
  await replicateOrRefuse(world, machine, `${what} and put back`, "deltaOnItsPoint");
}

export function targetAccidents(world: World, machine: Machine): Step[] {
  if (!isReplicating(world, machine)) return [];
  const step = (name: string, run: () => Promise<void>): Step => ({ name: `${name} ${machine}`, run });
  return [
    step("put an older target back of", () => older(world, machine)),
    step("lose half of the target of", () => half(world, machine)),
  ];
}
