import path from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { MachineSnapshot, TrackedDisk } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import { contentOf } from "./disk-image.ts";
import { DiskModel } from "./disk-model.ts";

const sizeBytes = 12 * blockSizeBytes - 777;
// The claim to a disk is machine-wide, so another run of this test must not have the same path.
const imagePath = `/model-${process.pid}/disk.raw`;

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      offset: fc.nat(sizeBytes - 1),
      length: fc.oneof(fc.nat(5000), fc.nat(3 * blockSizeBytes)),
      fill: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("flush" as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("snapshot" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("complete" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("abandon" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      // What a program does that keeps no log: to the open image, to the closed one, or with another file in its place.
      kind: fc.constantFrom("untracked" as const, "untrackedWhileClosed" as const, "replaced" as const),
      offset: fc.nat(sizeBytes - 1),
      fill: fc.integer({ min: 4, max: 200 }),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Run {
  readonly #files = new SimulatedFileSystem();
  readonly #model = new DiskModel(sizeBytes);
  #disk: TrackedDisk | undefined;
  #snapshot: { taken: MachineSnapshot; model: ReturnType<DiskModel["snapshot"]> } | undefined;
  /** Whether a program that keeps no log has written since the last snapshot, and the snapshot shows it. */
  #isUntracked = false;
  #snapshotIsUntracked = false;
  /** Whether it has done so under the snapshot, whose bytes are then nobody's. */
  #snapshotIsSpoilt = false;

  async begin(): Promise<void> {
    this.#files.makeFolder(path.dirname(imagePath));
    const image = this.#files.open(imagePath, "createNew");
    image.truncate(sizeBytes);
    image.close();
    this.#disk = await openTrackedDisk(imagePath, { files: this.#files });
    await (await this.#take()).complete();
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case "write": {
        const length = Math.min(step.length, sizeBytes - step.offset);
        const data = Buffer.alloc(length, step.fill);
        await this.#disk!.write(data, step.offset);
        this.#model.write(data, step.offset);
        return;
      }
      case "flush":
        return this.#disk!.flush();
      case "snapshot":
        if (this.#snapshot === undefined) {
          this.#snapshot = { taken: await this.#take(), model: this.#model.snapshot() };
          this.#markSnapshot();
        }
        return this.check();
      case "complete":
      case "abandon":
        return this.#end(step.kind);
      case "reopen":
        await this.#disk!.close();
        this.#disk = await openTrackedDisk(imagePath, { files: this.#files });
        return;
      case "kill":
        // Nothing of what a close does gets through, as if the process were gone.
        this.#files.arm({ kind: "EIO", call: 1, lasting: true });
        await this.#disk!.close().catch(() => undefined);
        this.#files.heal();
        this.#disk = await openTrackedDisk(imagePath, { files: this.#files });
        return;
      case "untracked":
        return this.#writeUntracked(step.offset, step.fill);
      case "untrackedWhileClosed":
      case "replaced":
        await this.#disk!.close();
        if (step.kind === "replaced") this.#replace();
        this.#writeUntracked(step.offset, step.fill);
        this.#disk = await openTrackedDisk(imagePath, { files: this.#files });
        return;
    }
  }

  #writeUntracked(offset: number, fill: number): void {
    const file = this.#files.open(imagePath, "readWrite");
    file.write(Buffer.of(fill), offset);
    file.close();
    this.#model.bytes[offset] = fill;
    this.#isUntracked = true;
    this.#snapshotIsSpoilt = this.#snapshot !== undefined;
  }

  #replace(): void {
    const other = this.#files.open(`${imagePath}.other`, "createNew");
    other.write(this.#model.bytes, 0);
    other.close();
    this.#files.rename(`${imagePath}.other`, imagePath);
  }

  #markSnapshot(): void {
    this.#snapshotIsUntracked = this.#isUntracked;
    this.#isUntracked = false;
    this.#snapshotIsSpoilt = false;
  }

  check(): void {
    expect(contentOf(this.#disk!).equals(this.#model.bytes)).toBe(true);
    if (this.#snapshot === undefined) return;
    const source = this.#snapshot.taken.disks[0]!;
    if (!this.#snapshotIsSpoilt) expect(contentOf(source).equals(this.#snapshot.model.bytes)).toBe(true);
    const blocks = new Set(source.changedBlocks());
    expect([...this.#snapshot.model.changed].filter((block) => !blocks.has(block))).toEqual([]);
    expect([...blocks].filter((block) => !this.#snapshot!.model.written.has(block))).toEqual([]);
    const reasons = [
      ...(this.#snapshotIsUntracked ? ["ChangedUntracked"] : []),
      ...(blocks.size >= 6 ? ["HalfOfDisk"] : []),
    ];
    // A disk that was at half of its blocks keeps the mark, and needs no other block for it.
    const found = source.resyncReasons.filter((reason) => reason !== "HalfOfDisk" || blocks.size >= 6);
    expect(found.toSorted()).toEqual(reasons);
  }

  async finish(): Promise<void> {
    this.check();
    await this.#end("abandon");
    this.#snapshot = { taken: await this.#take(), model: this.#model.snapshot() };
    this.#markSnapshot();
    this.check();
    await this.#end("complete");
    await this.#disk!.close();
  }

  #take(): Promise<MachineSnapshot> {
    return takeSnapshot([imagePath], { files: this.#files });
  }

  async #end(outcome: "complete" | "abandon"): Promise<void> {
    if (this.#snapshot === undefined) return;
    this.check();
    const { taken, model } = this.#snapshot;
    this.#snapshot = undefined;
    await taken[outcome]();
    if (outcome === "complete") return;
    this.#model.takeBack(model);
    this.#isUntracked ||= this.#snapshotIsUntracked;
  }
}

it(
  "[V2A-3][H2A-3][HW-2b] any sequence of writes, snapshots and kills is as in memory",
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: "max" }), async (steps) => {
        const run = new Run();
        await run.begin();
        for (const next of steps) await run.do(next);
        await run.finish();
      }),
      { numRuns: 60 },
    );
  },
);
