/**
 * What a takeover does to the process that had the lease before: it may only be stopped, between its last check and the
 * call that it was for. So what it has prepared is taken away: files that it was about to name are gone, and its lock
 * on the replica is no longer its own.
 */
import { findItem } from "../../store/protected-items.ts";
import { isExpected } from "../../errors.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";

/** A target or host that cannot be reached, or written, is left: the process that was stopped checks as well. */
async function ifPossible(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isExpected(error) || error.code === "LeaseLost") throw error;
  }
}

/** The caller holds the item's lease, taken from a process that had not given it back. */
export async function fenceFormerProcess(parts: EngineParts, itemId: string): Promise<void> {
  const item = findItem(parts.store, itemId);
  if (item === undefined) return;
  const { details } = item;
  for (const { replicaStoreId, replicaId } of [details, ...(details.reverse ? [details.reverse] : [])]) {
    const replicas = await parts.replicaStoreOf(replicaStoreId).catch((error: unknown) => {
      if (isExpected(error)) return undefined;
      throw error;
    });
    await ifPossible(async () => (await replicas?.machine(replicaId))?.fence());
  }
  await ifPossible(async () => {
    const lookup = await findMachineOf(parts, item);
    if (lookup.answer === "found") await parts.machines.withdraw(lookup.place.folder);
  });
  for (const machine of [details.recoveryMachine, details.testMachine]) {
    if (machine !== undefined) await ifPossible(async () => parts.machines.withdraw(machine.folder));
  }
}
