import fc from "fast-check";
import { expect, it } from "vitest";
import { blockSizeBytes } from "../../../provider/disks/disk.ts";
import { noise, ProtectedDisk } from "./protected-disk.ts";

const blockCount = 24;
const sizeBytes = (blockCount - 1) * blockSizeBytes + 1000;

type Step =
  | { readonly do: "write"; readonly block: number; readonly seed: number }
  | { readonly do: "clear"; readonly block: number }
  | { readonly do: "delta" | "resync" | "reopen" | "verify" }
  | { readonly do: "kill"; readonly atBlocks: number }
  | { readonly do: "retain"; readonly keep: number }
  | { readonly do: "restore"; readonly which: number };

const block = fc.nat(blockCount - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("write" as const), block, seed: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("clear" as const), block }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("delta" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("resync", "reopen", "verify") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("kill" as const), atBlocks: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("retain" as const), keep: fc.nat(0xffff) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("restore" as const), which: fc.nat(20) }) },
);

/** The disk and, for every recovery point that should exist, what it must read as. */
class Model {
  readonly disk = new ProtectedDisk(sizeBytes);
  readonly points = new Map<string, Buffer>();

  async run(steps: readonly Step[]): Promise<void> {
    this.points.set((await this.disk.initial()).pointId, this.disk.image());
    for (const each of steps) await this.#step(each);
    for (const pointId of this.points.keys()) await this.#compare(pointId);
    expect(this.disk.store.recoveryPoints(this.disk.machineId).map((point) => point.id)).toEqual([
      ...this.points.keys(),
    ]);
  }

  async #step(each: Step): Promise<void> {
    const { disk, points } = this;
    if (each.do === "write")
      disk.write(each.block * blockSizeBytes, noise(each.seed, this.#length(each.block)));
    else if (each.do === "clear")
      disk.write(each.block * blockSizeBytes, Buffer.alloc(this.#length(each.block)));
    else if (each.do === "delta") points.set((await disk.delta()).pointId, disk.image());
    else if (each.do === "resync") points.set((await disk.resync()).pointId, disk.image());
    else if (each.do === "reopen") disk.reopen();
    else if (each.do === "verify") expect((await disk.store.verify(() => undefined)).findingCount).toBe(0);
    else if (each.do === "retain") await this.#retain(each.keep);
    else if (each.do === "restore") await this.#compare([...points.keys()][each.which % points.size]!);
    else await this.#abortedResync();
  }

  #length(number: number): number {
    return Math.min(blockSizeBytes, sizeBytes - number * blockSizeBytes);
  }

  async #retain(keepBits: number): Promise<void> {
    const ids = [...this.points.keys()];
    const kept = new Set(ids.filter((_, index) => (keepBits >> (index % 16)) & 1));
    kept.add(ids.at(-1)!);
    await this.disk.store.retain(this.disk.machineId, () => kept);
    for (const id of ids) if (!kept.has(id)) this.points.delete(id);
  }

  /**
   * Leaves finished segments without a recovery point, as a process does that is killed before it publishes.
   */
  async #abortedResync(): Promise<void> {
    const abort = new AbortController();
    const resync = this.disk.resync({ onProgress: () => abort.abort(), signal: abort.signal });
    await expect(resync).rejects.toMatchObject({ code: "Cancelled" });
    this.disk.reopen();
  }

  async #compare(pointId: string): Promise<void> {
    expect((await this.disk.restored(pointId)).equals(this.points.get(pointId)!)).toBe(true);
  }
}

it("[V2A-2] [HW-4a] any sequence of writes, cycles and restores equals a plain model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const model = new Model();
      try {
        await model.run(steps);
      } finally {
        model.disk.remove();
      }
    }),
    { numRuns: Number(process.env["MODEL_RUNS"] ?? 25) },
  );
}, 120_000);
