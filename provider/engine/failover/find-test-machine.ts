import path from "node:path";
import { sameId } from "../../arm-id.ts";
import type { EngineParts } from "../engine-parts.ts";
import { isStill } from "../identity/owned-machine.ts";
import type { TestMachine } from "../../model/item.ts";
import { findInTurn } from "../../in-turn.ts";

/**
 * The folder of an item's test machine: where the drill made it, or a neighbour that it was renamed to, known by the mark
 * in it. A copy does not count. `undefined` if it is in neither.
 */
export async function findTestMachine(
  parts: EngineParts,
  itemId: string,
  machine: TestMachine,
): Promise<string | undefined> {
  const { folder: madeIn, machineId } = machine;
  if (parts.files.exists(madeIn) && (await isStill(parts, machine))) return madeIn;
  const parent = path.dirname(madeIn);
  if (machineId === undefined || !parts.files.exists(parent)) return undefined;
  const folders = (await parts.machines.list(parent)).map((name) => path.join(parent, name));
  return findInTurn(folders, async (folder) => {
    const mark = await parts.machines.markOf(folder);
    if (mark?.machineId !== machineId || !mark.isOriginal) return false;
    const { madeBy } = mark;
    return madeBy?.purpose === "test" && madeBy.engineId === parts.engineId && sameId(madeBy.itemId, itemId);
  });
}

/** What it means that a test machine was not found, for people; without a full stop. */
export function notFoundText({ name, folder }: TestMachine): string {
  return (
    `the test machine ${name} was not found in ${path.dirname(folder)} under any name: nothing is removed; ` +
    "if it was moved elsewhere, it may still run there, so shut it down and remove it yourself"
  );
}
