/**
 * Records what a device holds after every call that changes something, with what the program under test had
 * acknowledged by then; then cuts the power at each of these instants and lets a check look at what is left.
 */
import path from "node:path";
import { SeededRandom } from "../../provider/random.ts";
import type { Call } from "../blocks/pass-calls.ts";
import { type Survival, survivals } from "../blocks/simulated-content.ts";
import { SimulatedDisk } from "../blocks/simulated-disk.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";

interface Instant<Known> {
  /** What has just happened: a call, or an acknowledgement. */
  readonly event: string;
  readonly disk: SimulatedDisk;
  readonly known: Known;
}

export interface AfterPowerLoss<Known> {
  readonly files: SimulatedFileSystem;
  readonly known: Known;
  readonly survival: keyof typeof survivals;
  /** Chance for the check, the same each time for the same state. */
  readonly random: SeededRandom;
}

export interface Sampling {
  readonly seed: number;
  /** States to check at instants between acknowledgements, beside all states right after one. */
  readonly statesMax: number;
}

/** `SITERECOVERY_POWER_STATES` and `SITERECOVERY_SEED`, for long runs; `statesMax` states from seed 1 without them. */
export function samplingOf(statesMax: number): Sampling {
  const { SITERECOVERY_POWER_STATES: states, SITERECOVERY_SEED: seed } = process.env;
  return { seed: Number(seed ?? 1), statesMax: states === undefined ? statesMax : Number(states) };
}

const ways = ["none", "namesOnly", "bytesOnly", "some"] as const;

export class PowerRecorder<Known> {
  readonly disk: SimulatedDisk;
  readonly files: SimulatedFileSystem;
  readonly #know: () => Known;
  /** After an acknowledgement everything that was promised must be durable: a missing sync shows here at the latest. */
  readonly #acknowledged: Instant<Known>[] = [];
  readonly #between: Instant<Known>[] = [];

  /** `know` returns what is acknowledged now, and must not change it later. */
  constructor(know: () => Known, disk = new SimulatedDisk()) {
    this.#know = know;
    this.disk = disk;
    this.files = new SimulatedFileSystem(disk);
  }

  /** From now on each change is recorded. */
  begin(): void {
    this.files.onChange = (change, call) => this.#record(this.#between, nameOf(change, call));
  }

  /** Records the instant at which something is acknowledged. */
  acknowledge(what: string): void {
    this.#record(this.#acknowledged, `acknowledgement of ${what}`);
  }

  get instants(): number {
    return this.#acknowledged.length + this.#between.length;
  }

  /** Checks one state after the other; returns how many. Throws at the first wrong one, with the way to get it again. */
  async check(
    { seed, statesMax }: Sampling,
    check: (after: AfterPowerLoss<Known>) => Promise<void>,
  ): Promise<number> {
    let states = 0;
    const look = async (instant: Instant<Known>, way: keyof typeof survivals): Promise<void> => {
      states += 1;
      await checkState(instant, way, seed * 1_000_003 + states, check);
    };
    for (const instant of this.#acknowledged) for (const way of ways) await look(instant, way);
    // Another seed begins elsewhere, so that several seeds meet all instants in all ways.
    const step = Math.max(1, this.#between.length / statesMax);
    for (let count = 0; count < statesMax; count += 1) {
      const at = Math.floor(count * step + ((seed - 1) % step)) % this.#between.length;
      // Each round meets an instant in the next way.
      const round = Math.floor((count * step) / this.#between.length);
      const way = (count % this.#between.length) + round + seed;
      await look(this.#between[at]!, ways[way % ways.length]!);
    }
    return states;
  }

  #record(instants: Instant<Known>[], event: string): void {
    instants.push({ event, disk: this.disk.clone(), known: this.#know() });
  }
}

function nameOf(change: number, { action, path: filePath, to }: Call): string {
  const name = to ?? filePath;
  return `change ${change}: ${action} ${path.basename(path.dirname(name))}/${path.basename(name)}`;
}

async function checkState<Known>(
  { event, disk, known }: Instant<Known>,
  survival: keyof typeof survivals,
  seed: number,
  check: (after: AfterPowerLoss<Known>) => Promise<void>,
): Promise<void> {
  const random = new SeededRandom(seed);
  const left = disk.clone();
  const survives: Survival = survivals[survival];
  left.losePower(survives, random);
  try {
    await check({ files: new SimulatedFileSystem(left), known, survival, random });
  } catch (error) {
    throw new Error(`power lost after ${event}, survival "${survival}", seed ${seed}`, {
      cause: error,
    });
  }
}
