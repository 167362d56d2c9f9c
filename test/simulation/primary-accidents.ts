/** What is written to the disks that a machine left at the primary side, while it runs at the recovery side. */
import fs from "node:fs";
import { flows } from "../../provider/model/flows.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import type { Progress } from "../../provider/progress.ts";
import { checkError } from "./checks.ts";
import { hold } from "./promises.ts";
import type { Step } from "./users.ts";
import { useMeanwhile } from "./waiting-accident.ts";
import { type Machine, quiet, type World } from "./world.ts";

interface Discard {
  readonly discardPrimaryChanges?: true;
}

/** What a person gives up on the way back, once an alert says that there is something. */
export async function discardOf(world: World, machine: Machine): Promise<Discard> {
  const { healthNotes } = await world.site.engine.viewItem(world.site.itemId(machine));
  const isChanged = healthNotes.some(({ code }) => code === "PrimaryDisksChanged");
  return isChanged ? { discardPrimaryChanges: true } : {};
}

export type Back = (discard: Discard, progress?: Progress) => Promise<void>;

/** The way back that the machine has now. */
function wayBackOf(world: World, machine: Machine): Back | undefined {
  const { moves } = world.site.engine;
  const id = world.site.itemId(machine);
  const allowed = world.allowed(machine);
  if (allowed.includes("Failback"))
    return (discard, progress = quiet) => moves.failback(id, progress, discard);
  if (world.find(machine)?.details.reverse === undefined) return undefined;
  const kinds = (["planned", "unplanned"] as const).filter((kind) =>
    allowed.includes(kind === "planned" ? "PlannedFailover" : "UnplannedFailover"),
  );
  if (kinds.length === 0) return undefined;
  return (discard, progress = quiet) =>
    moves.failover(id, { kind: world.pick(kinds), recoveryPoint: "latest", ...discard }, progress);
}

export async function writeTo(world: World, image: string): Promise<void> {
  const bytes = world.random.bytes(1 + world.random.integer(3000));
  const offset = world.random.integer(100_000);
  if (world.random.integer(2) === 0) {
    const file = fs.openSync(image, "r+");
    fs.writeSync(file, bytes, 0, bytes.length, offset);
    fs.closeSync(file);
    return;
  }
  const disk = await openTrackedDisk(image);
  await disk.write(bytes, offset);
  await disk.close();
}

/** No way back overwrites it, until a person says so; then nothing of the machine itself is lost. */
async function writeAtPrimary(world: World, machine: Machine, back: Back): Promise<void> {
  const image = world.primaryImage(machine);
  const active = world.activeImage(machine);
  await writeTo(world, image);
  const [written, before] = [world.hash(image), world.hash(active)];
  const end = await back({}).then(
    () => "done",
    (error: unknown) => checkError(error).code,
  );
  const stays = end === "ActionNotAllowed" && world.hash(image) === written && world.isRunning(active);
  hold("leftDisksStay", stays, `${machine} on its way back (${end})`);
  await back({ discardPrimaryChanges: true });
  hold("bytesStay", world.hash(world.activeImage(machine)) === before, `the way back of ${machine}`);
  await world.note(machine, before);
}

export function primaryAccidents(world: World, machine: Machine): Step[] {
  const item = world.find(machine)!;
  const isOut = item.activeLocation === "recovery" && world.isRunning(world.recoveryImage(machine));
  if (!world.isWhole || !isOut || !fs.existsSync(world.primaryImage(machine))) return [];
  // A physical server comes back as another machine, beside its old disks.
  if (flows[item.details.flow].platform === "physical") return [];
  const back = wayBackOf(world, machine);
  if (back === undefined) return [];
  return [
    {
      name: `write to the disks that were left at the primary side of ${machine}`,
      run: () => writeAtPrimary(world, machine, back),
    },
    {
      name: `use ${machine} at the primary side while its way back waits`,
      run: () => useMeanwhile(world, machine, back),
    },
  ];
}
