/** A way back is interrupted, and somebody uses the machine at the primary side before anything is resumed. */
import fs from "node:fs";
import { hashOf } from "../engine/fixture.ts";
import { digestsOf, takeUp } from "./accidents.ts";
import { checkError } from "./checks.ts";
import { imagesBeside } from "./machine-disks.ts";
import { type Back, discardOf, writeTo } from "./primary-accidents.ts";
import { hold } from "./promises.ts";
import type { Machine, World } from "./world.ts";

/** Calls in which a way back overwrites small disks, about. */
const callsMax = 80;

/** What somebody writes to one of the images that have their names stays, whatever the resumed job makes of the others. */
export async function useMeanwhile(world: World, machine: Machine, back: Back): Promise<void> {
  const discard = await discardOf(world, machine);
  const before = digestsOf(world, (one) => one === machine);
  const { process } = world;
  const report = (line: string): void => {
    if (/primary side's disks equal/.test(line)) process.killAt(1 + world.random.integer(callsMax));
  };
  try {
    await back(discard, { report });
  } catch (error) {
    if (!process.isDead) checkError(error);
  } finally {
    if (!process.isDead) process.killAt();
  }
  if (!process.isDead) return;
  await world.restart();
  const images = imagesBeside(world.primaryImage(machine));
  const there = images.filter((image) => fs.existsSync(image));
  if (there.length > 0) {
    const image = world.pick(there);
    await writeTo(world, image);
    const written = hashOf(image);
    // Where all of its disks were whole the machine may start on it.
    if (there.length === images.length) before.get(machine)!.add(world.hash(world.primaryImage(machine)));
    await takeUp(world, before);
    const stays = fs.existsSync(image) && hashOf(image) === written;
    hold("waitingDisksStay", stays, `${machine}, killed at call ${process.calls}`);
    return;
  }
  await takeUp(world, before);
}
