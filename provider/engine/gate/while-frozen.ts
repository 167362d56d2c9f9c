/**
 * Work while the applications of machines hold still. A machine is marked as frozen before its freeze begins, and
 * the mark goes when it is thawed: whatever dies in between, the next action on the machine thaws it first.
 */
import { SiteRecoveryError } from "../../errors.ts";
import { hasHooks } from "../../machines/machine-hooks.ts";
import type { HookFailure } from "../../machines/run-hook.ts";
import type { Machine } from "../../ports/machines.ts";
import { putItem } from "../../store/protected-items.ts";
import type { EngineParts } from "../engine-parts.ts";
import { findMachineOf } from "../inventory/find-machine.ts";
import { requireItem } from "../protected-item/require-item.ts";
import type { ProtectedItem } from "../../model/item.ts";

export interface Freezable {
  readonly itemId: string;
  readonly machine: Machine;
}

export interface Frozen<T> {
  readonly result: T;
  /** By item id: why a machine did not hold still for all of the work. */
  readonly failures: ReadonlyMap<string, string>;
}

function mark(parts: EngineParts, itemId: string, frozenAt: number | undefined): void {
  const item = requireItem(parts, itemId);
  const { frozenAt: _former, ...details } = item.details;
  putItem(parts.store, { ...item, details: { ...details, ...(frozenAt === undefined ? {} : { frozenAt }) } });
}

/** One machine on its way through freeze and thaw. */
class FrozenMachine {
  readonly #parts: EngineParts;
  readonly #machine: Freezable;
  #frozen: Promise<HookFailure> = Promise.resolve(undefined);
  #thawed: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(parts: EngineParts, machine: Freezable) {
    this.#parts = parts;
    this.#machine = machine;
  }

  /** Why it did not hold still for all of the work, or `undefined` if it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Makes sure that it is thawed whatever happens; a machine for which that fails is never frozen. */
  async prepare(): Promise<void> {
    const failure = await this.#parts.hooks.prepare(this.#machine.machine);
    if (failure === undefined) return;
    this.#note(failure);
    this.#thawed = Promise.resolve();
  }

  async freeze(signal: AbortSignal | undefined): Promise<void> {
    if (this.#thawed !== undefined) return;
    mark(this.#parts, this.#machine.itemId, this.#parts.clock.now());
    this.#frozen = this.#parts.hooks.freeze(this.#machine.machine, signal);
    this.#note(await this.#frozen);
  }

  /** Thaws it when it has been frozen for as long as it may be. */
  async thawWhenLate(signal: AbortSignal): Promise<void> {
    if (this.#thawed !== undefined) return;
    const limit = this.#parts.hooks.timeoutOf(this.#machine.machine);
    try {
      await this.#parts.clock.sleep(limit, signal);
    } catch {
      return;
    }
    this.#note(`it was frozen for longer than ${limit / 1000} s`);
    await this.thaw();
  }

  thaw(): Promise<void> {
    return (this.#thawed ??= this.#thawOnce());
  }

  async #thawOnce(): Promise<void> {
    // A freeze that is still at work could freeze it again: it ends by itself or by its time limit.
    await this.#frozen;
    const failure = await this.#parts.hooks.thaw(this.#machine.machine);
    this.#note(failure && `it could not be thawed: ${failure}`);
    // A machine that is still frozen stays marked, so that the next action tries again.
    if (failure === undefined) mark(this.#parts, this.#machine.itemId, undefined);
  }

  #note(failure: string | undefined): void {
    this.#failure ??= failure;
  }
}

/** The caller holds the leases. A failure is reported and does not stop the work. */
export async function whileFrozen<T>(
  parts: EngineParts,
  machines: readonly Freezable[],
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<Frozen<T>> {
  const frozen = machines.map((machine) => new FrozenMachine(parts, machine));
  await Promise.all(frozen.map((machine) => machine.prepare()));
  const timer = new AbortController();
  const freezing = frozen.map((machine) => machine.freeze(signal));
  const late = frozen.map((machine) => machine.thawWhenLate(timer.signal));
  let result: T;
  try {
    await Promise.all(freezing);
    signal?.throwIfAborted();
    result = await work();
  } finally {
    timer.abort();
    await Promise.all(frozen.map((machine) => machine.thaw()));
    await Promise.all(late);
  }
  const failures = machines.flatMap(({ itemId }, index): [string, string][] => {
    const { failure } = frozen[index]!;
    return failure === undefined ? [] : [[itemId, failure]];
  });
  return { result, failures: new Map(failures) };
}

/**
 * Thaws a machine whose engine died while it was frozen. One that cannot be reached, or does not thaw, keeps its
 * mark, and the work on it continues: a site that is lost must not keep its machines from failing over.
 */
export async function thawLeftFrozen(parts: EngineParts, itemId: string): Promise<void> {
  const item = requireItem(parts, itemId);
  if (item.details.frozenAt === undefined) return;
  const machine = await machineOf(parts, item);
  if (machine === undefined) return;
  const failure = hasHooks(machine) ? await parts.hooks.thaw(machine) : undefined;
  if (failure === undefined) mark(parts, itemId, undefined);
}

async function machineOf(parts: EngineParts, item: ProtectedItem): Promise<Machine | undefined> {
  try {
    const lookup = await findMachineOf(parts, item);
    return lookup.answer === "found" ? await parts.machines.read(lookup.place.folder) : undefined;
  } catch (error) {
    if (error instanceof SiteRecoveryError) return undefined;
    throw error;
  }
}
