/** One machine and the processes that are killed on it, one after the other. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemClock } from "../../../../provider/clock.ts";
import { blockSizeBytes } from "../../../../provider/disks/disk.ts";
import { SeededRandom } from "../../../../provider/random.ts";
import { noise } from "../protected-disk.ts";
import type { StoreLocation } from "../../../../provider/replica/store-location.ts";
import { startChild } from "../../../disks/child-process.ts";
import { checkSurvivor } from "./check-survivor.ts";
import { imageOf, keyFileOf, type MachineUnderTest, type Orders, type Saying } from "./machine.ts";
import { type Phase, phases } from "./phases.ts";
import { type Known, replay } from "./what-was-said.ts";

/** A process that has not met its death by then is killed where it is. */
const waitMillisecondsMax = 2000;
/** So that worker threads copy, the first disk of a machine with threads is large, and nearly all holes. */
const largeSizeBytes = 33 * 1_048_576 + 555;

export class Lane {
  readonly folder: string;
  readonly #machine: MachineUnderTest;
  readonly #known: Known;

  /** `locationIn`: where the replica is of a machine whose files are in a folder, if not there. */
  constructor(threads: number, locationIn?: (folder: string) => StoreLocation) {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "siterecovery-kills-"));
    const first = threads > 0 ? largeSizeBytes : 48 * blockSizeBytes + 777;
    const diskSizes = [first, 24 * blockSizeBytes];
    const place = locationIn === undefined ? {} : { location: locationIn(this.folder) };
    this.#machine = { folder: this.folder, diskSizes, threads, ...place };
    const disks = diskSizes.map((sizeBytes, disk) => {
      const image = Buffer.alloc(sizeBytes);
      image.set(noise(disk + 1, 700_000), 100_000);
      fs.writeFileSync(imageOf(this.#machine, disk), image);
      return image;
    });
    for (const key of [0, 1]) fs.writeFileSync(keyFileOf(this.#machine, key), noise(key + 7, 64));
    this.#known = { disks, points: new Map(), key: 0, isTracked: false, restored: undefined };
  }

  /** Starts a process, kills it, and checks what it left. Returns the phase that it was killed in. */
  async killOnce(seed: number, number: number): Promise<Phase> {
    const random = new SeededRandom(seed);
    // Every other process kills itself at a call of a phase, each phase in its turn; the others are killed at any time.
    // Requests to a server are no calls that it could count.
    const isAimed = !this.#isRemote && number % 2 === 1;
    const aim = phases[(number >> 1) % phases.length]!;
    const orders: Orders = {
      machine: this.#machine,
      seed,
      key: this.#known.key,
      ...(isAimed ? { aim, death: deathIn(aim, random) } : {}),
    };
    const child = startChild("../engine/replication/kills/engine-process.ts", JSON.stringify(orders));
    const wait = isAimed ? waitMillisecondsMax : this.#delay(random);
    if (!isAimed && (this.#isRemote || random.integer(8) > 0))
      await Promise.race([child.says("begun"), child.gone]);
    const over = new AbortController();
    const slept = systemClock.sleep(wait, over.signal).catch(() => undefined);
    await Promise.race([slept, child.gone]);
    over.abort();
    child.process.kill("SIGKILL");
    const lines = (await child.gone).split("\n").slice(0, -1);
    const pending = replay(
      orders,
      lines.map((line) => JSON.parse(line) as Saying),
      this.#known,
    );
    await checkSurvivor(this.#machine, this.#known, pending, random);
    return pending.phase;
  }

  get #isRemote(): boolean {
    return this.#machine.location !== undefined;
  }

  #delay(random: SeededRandom): number {
    if (this.#isRemote) return random.integer(2500);
    return random.integer(random.integer(4) === 0 ? 400 : 80);
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

function deathIn(phase: Phase, random: SeededRandom): NonNullable<Orders["death"]> {
  const call = 1 + random.integer([6, 20, 40][random.integer(3)]!);
  return { phase, call, when: (["before", "half", "after"] as const)[random.integer(3)]! };
}
