/** What other programs and people do to a disk, a machine's folder or the clock, with a cycle that must not miss it. */
import fs from "node:fs";
import path from "node:path";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { checkError } from "./checks.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

const day = 86_400_000;

/** A cycle is refused with a reason, or its point holds what the disk holds. */
async function replicateOrRefuse(world: World, machine: Machine, what: string): Promise<boolean> {
  const { engine } = world.site;
  const id = world.site.itemId(machine);
  const digest = world.hash(world.activeImage(machine));
  world.held[machine].add(digest);
  try {
    await engine.replicate(id, quiet);
  } catch (error) {
    checkError(error);
    return false;
  }
  await world.note(machine, digest);
  const newest = (await engine.recoveryPoints(id)).at(-1)!;
  hold("noSilentChange", world.contents.get(newest.id) === digest, `${machine} after ${what}`);
  return true;
}

/** A program that knows of no change log writes to the image. */
function writePast(world: World, machine: Machine): void {
  const bytes = world.random.bytes(1 + world.random.integer(3000));
  const image = fs.openSync(world.activeImage(machine), "r+");
  fs.writeSync(image, bytes, 0, bytes.length, world.random.integer(100_000));
  fs.closeSync(image);
}

/** Another image of the same size is put in the disk's place. */
function exchange(world: World, machine: Machine): void {
  const image = world.activeImage(machine);
  const other = fs.readFileSync(image);
  other.set(world.random.bytes(5000), world.random.integer(100_000));
  fs.writeFileSync(`${image}.other`, other);
  fs.renameSync(`${image}.other`, image);
}

async function writeTracked(world: World, machine: Machine): Promise<void> {
  const disk = await openTrackedDisk(world.activeImage(machine));
  await disk.write(world.random.bytes(4000), world.random.integer(60_000));
  await disk.close();
}

/** A backup of the machine's folder, change logs included, is put back after a later cycle. */
async function putBack(world: World, machine: Machine): Promise<void> {
  const image = world.activeImage(machine);
  const folder = path.dirname(image);
  const [copy, later] = [path.join(world.site.folder, "backup"), path.join(world.site.folder, "later")];
  fs.cpSync(folder, copy, { recursive: true, preserveTimestamps: true });
  await writeTracked(world, machine);
  const before = world.hash(image);
  await world.site.engine.replicate(world.site.itemId(machine), quiet);
  await world.note(machine, before);
  fs.renameSync(folder, later);
  fs.renameSync(copy, folder);
  const wasTaken = await replicateOrRefuse(world, machine, "a backup of its folder was put back");
  // A refusal leaves the decision to a person, who takes the folder that was there.
  if (!wasTaken) {
    fs.rmSync(folder, { recursive: true });
    fs.renameSync(later, folder);
  }
  fs.rmSync(later, { recursive: true, force: true });
}

/** The clock is days ahead for one cycle. */
async function jumpAhead(world: World, machine: Machine): Promise<void> {
  const id = world.site.itemId(machine);
  const before = (await world.site.engine.recoveryPoints(id)).map((point) => point.id);
  world.clock.jump(30 * day);
  try {
    await replicateOrRefuse(world, machine, "the clock jumped");
  } finally {
    world.clock.jump(-30 * day);
  }
  const after = (await world.site.engine.recoveryPoints(id)).map((point) => point.id);
  // One may go by its age at any cycle; a jump must not take the others along.
  const gone = before.filter((point) => !after.includes(point));
  hold(
    "acknowledgedPointSurvives",
    gone.length <= 1,
    `a clock that jumped took ${gone.length} points of ${machine}`,
  );
}

export function diskAccidents(world: World, machine: Machine): Step[] {
  if (!world.isWhole || !world.replicates(machine) || !world.isRunning(world.activeImage(machine))) return [];
  const step = (name: string, run: () => Promise<unknown>): Step => ({
    name: `${name} ${machine}`,
    run: async () => void (await run()),
  });
  const change = (what: string, work: () => void | Promise<void>): Step =>
    step(what, async () => {
      await work();
      await replicateOrRefuse(world, machine, what);
    });
  return [
    change("write past the tracking of", () => writePast(world, machine)),
    change("exchange the image of", () => exchange(world, machine)),
    step("put a backup back of", () => putBack(world, machine)),
    step("let the clock jump for a cycle of", () => jumpAhead(world, machine)),
  ];
}
