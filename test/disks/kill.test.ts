import fs from "node:fs";
import { expect, it } from "vitest";
import { systemClock } from "../../provider/clock.ts";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SeededRandom } from "../../provider/random.ts";
import { startChild } from "./child-process.ts";
import { replicatedImage } from "./disk-image.ts";
import { blocksOf, DiskModel } from "./disk-model.ts";
import { randomSteps } from "./random-steps.ts";

/** How many processes are killed. A failure names its seed; SITERECOVERY_SEED repeats it. */
const kills = Number(process.env["SITERECOVERY_KILLS"] ?? 60);
const firstSeed = Number(process.env["SITERECOVERY_SEED"] ?? Date.now() % 1_000_000);
const lanes = 3;
const sizeBytes = 128 * blockSizeBytes - 1234;

class Lane {
  readonly #imagePath: string;
  /** What the last recovery point that may count as durable holds, and what was written since. */
  #replica: Buffer = Buffer.alloc(sizeBytes);
  #model = new DiskModel(sizeBytes);

  constructor(imagePath: string) {
    this.#imagePath = imagePath;
  }

  async killOnce(seed: number): Promise<void> {
    const random = new SeededRandom(seed);
    const child = startChild("writing-process.ts", this.#imagePath, String(seed));
    if (random.integer(10) > 0) await child.says(">");
    await systemClock.sleep(random.integer(30));
    child.process.kill("SIGKILL");
    const output = await child.gone;
    const begun = output.split(">").length - 1;
    const acknowledged = output.split("<").length - 1;
    expect(begun - acknowledged === 0 || begun - acknowledged === 1).toBe(true);
    const maybe = this.#replay(seed, begun, acknowledged);
    await this.#check(random, maybe);
  }

  /**
   * Does in memory what the child did. Returns the write of which nobody knows whether it was done, if there
   * is one.
   */
  #replay(seed: number, begun: number, acknowledged: number): { offset: number; data: Buffer } | undefined {
    let snapshot: ReturnType<DiskModel["snapshot"]> | undefined;
    let maybe: { offset: number; data: Buffer } | undefined;
    const steps = randomSteps(seed, sizeBytes);
    for (let index = 0; index < begun; index += 1) {
      const step = steps.next().value;
      const isKnown = index < acknowledged;
      if (step.kind === "write") {
        if (isKnown) this.#model.write(step.data, step.offset);
        else maybe = step;
      } else if (step.kind === "snapshot" && isKnown) snapshot ??= this.#model.snapshot();
      else if (step.kind === "abandon" && snapshot !== undefined) {
        this.#model.takeBack(snapshot);
        snapshot = undefined;
      } else if (step.kind === "complete" && snapshot !== undefined) {
        // Whoever asks for it has a durable recovery point, whatever becomes of the request.
        this.#replica = snapshot.bytes;
        snapshot = undefined;
      }
    }
    if (snapshot !== undefined) this.#model.takeBack(snapshot);
    return maybe;
  }

  async #check(random: SeededRandom, maybe: { offset: number; data: Buffer } | undefined): Promise<void> {
    const image = fs.readFileSync(this.#imagePath);
    const expected = Buffer.from(this.#model.bytes);
    if (maybe !== undefined) {
      // Each of its bytes is old or new; the test goes on from what they are.
      for (let at = maybe.offset; at < maybe.offset + maybe.data.length; at += 1) {
        if (image[at] === maybe.data[at - maybe.offset]) expected[at] = image[at]!;
      }
    }
    expect(image.equals(expected), "the image has every acknowledged write").toBe(true);
    const snapshot = await takeSnapshot([this.#imagePath]);
    const source = snapshot.disks[0]!;
    expect(source.resyncReasons.filter((reason) => reason !== "HalfOfDisk")).toEqual([]);
    const pending = new Set(source.changedBlocks());
    const acknowledged = [...this.#model.written].filter((block) => !pending.has(block));
    expect(acknowledged, "acknowledged changes that the log lost").toEqual([]);
    const unsent = blocksOf(0, sizeBytes).filter((block) => {
      const [start, end] = [block * blockSizeBytes, Math.min((block + 1) * blockSizeBytes, sizeBytes)];
      return !pending.has(block) && image.compare(this.#replica, start, end, start, end) !== 0;
    });
    expect(unsent, "blocks that differ from the replica and are not in the log").toEqual([]);
    this.#model.bytes.set(image);
    if (random.integer(2) === 0) {
      this.#replica = image;
      await snapshot.complete();
      this.#model.written.clear();
    } else await snapshot.abandon();
  }
}

it(
  `[V2A-3][H2A-3] kill -9 at random points, ${kills} times: nothing acknowledged is lost`,
  { timeout: 60_000 + kills * 2000 },
  async () => {
    let next = 0;
    const run = async (): Promise<void> => {
      const lane = new Lane(await replicatedImage(sizeBytes));
      while (next < kills) {
        const seed = firstSeed + next;
        next += 1;
        await lane.killOnce(seed).catch((error: unknown) => {
          throw new Error(`with SITERECOVERY_SEED=${seed}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: lanes }, run));
  },
);
