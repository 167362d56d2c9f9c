/** What other programs and people do to a disk, a machine's folder or the clock, with a cycle that must not miss it. */
import fs from "node:fs";
import path from "node:path";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { hasDataDisk, putDataDisk, takeDataDiskAway } from "./machine-disks.ts";
import { hold } from "./promises.ts";
import { replicateOrRefuse } from "./replicate-or-refuse.ts";
import type { Step } from "./users.ts";
import { type Machine, quiet, type World } from "./world.ts";

const day = 86_400_000;

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

export async function writeTracked(world: World, machine: Machine): Promise<void> {
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

/** Enough deltas in a row that their layers are merged more than once. */
const cyclesOfMany = 18;

async function replicateOften(world: World, machine: Machine): Promise<void> {
  for (let cycle = 0; cycle < cyclesOfMany; cycle += 1) {
    await world.write(machine);
    world.clock.advance(10_000);
    await replicateOrRefuse(world, machine, `cycle ${cycle} of many`);
  }
}

/** What waits in the caches of process servers is lost, but for the sign of life that all simulated processes share. */
function emptyCaches({ site }: World): void {
  const caches = path.join(site.folder, "home", "caches");
  if (!fs.existsSync(caches)) return;
  for (const name of fs.readdirSync(caches, { recursive: true, encoding: "utf8" })) {
    const file = path.join(caches, name);
    if (path.basename(name) !== "alive.lock" && fs.statSync(file).isFile()) fs.rmSync(file);
  }
}

/** The machine gets a data disk, or another one of another size. */
function putDisk(world: World, machine: Machine): void {
  putDataDisk(world.activeImage(machine), world.random.bytes(50_000 + world.random.integer(90_000)));
}

/** What people do to the hardware of a machine; an item's follows that of its primary side. */
function hardwareAccidents(
  world: World,
  machine: Machine,
  change: (what: string, work: () => void) => Step,
): Step[] {
  const item = world.find(machine)!;
  if (item.activeLocation !== "primary" || item.details.reverse !== undefined) return [];
  const image = world.activeImage(machine);
  return hasDataDisk(image)
    ? [
        {
          name: `replace the data disk of ${machine}`,
          run: async () => {
            putDisk(world, machine);
            if (await replicateOrRefuse(world, machine, "another data disk")) return;
            // A smaller one may have lost its data: a person says that it has not.
            const digest = world.hash(world.activeImage(machine));
            await world.site.engine.replicate(world.site.itemId(machine), quiet, "resync");
            await world.note(machine, digest);
          },
        },
        change("take the data disk away of", () => takeDataDiskAway(image)),
      ]
    : [change("add a data disk to", () => putDisk(world, machine))];
}

/** Whether a cycle of a machine would run now, if nothing happened to it. */
export function isReplicating(world: World, machine: Machine): boolean {
  return world.isWhole && world.replicates(machine) && world.isRunning(world.activeImage(machine));
}

export function diskAccidents(world: World, machine: Machine): Step[] {
  if (!isReplicating(world, machine)) return [];
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
    step("replicate often", () => replicateOften(world, machine)),
    change("empty the caches before a cycle of", () => emptyCaches(world)),
    ...hardwareAccidents(world, machine, change),
  ];
}
