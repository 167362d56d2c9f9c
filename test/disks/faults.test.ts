import path from "node:path";
import { describe, expect, it } from "vitest";
import { blockSizeBytes } from "../../provider/disks/disk.ts";
import type { MachineSnapshot, TrackedDisk } from "../../provider/disks/disk.ts";
import { openTrackedDisk } from "../../provider/disks/open-tracked-disk.ts";
import { takeSnapshot } from "../../provider/disks/take-snapshot.ts";
import { SiteRecoveryError } from "../../provider/errors.ts";
import { SimulatedFileSystem } from "../blocks/simulated-file-system.ts";
import type { Fault } from "../blocks/simulated-file-system.ts";
import { contentOf } from "./disk-image.ts";

const sizeBytes = 11 * blockSizeBytes;

/** A small flow with everything in it, in which any call may fail; and what must hold whichever did. */
class Flow {
  static #number = 0;
  readonly files = new SimulatedFileSystem();
  readonly errors: unknown[] = [];
  readonly #imagePath = `/faults-${process.pid}-${(Flow.#number += 1)}/disk.raw`;
  /** For each byte the values it may have: the acknowledged one, and those of failed writes since. */
  readonly #allowed: Set<number>[] = Array.from({ length: 11 }, () => new Set([0]));
  #replica: Buffer = Buffer.alloc(sizeBytes);
  readonly #left: MachineSnapshot[] = [];

  async prepare(): Promise<void> {
    this.files.makeFolder(path.dirname(this.#imagePath));
    const image = this.files.open(this.#imagePath, "createNew");
    image.truncate(sizeBytes);
    image.close();
    await (await takeSnapshot([this.#imagePath], { files: this.files })).complete();
  }

  async run(): Promise<void> {
    const disk = await this.#try(() => openTrackedDisk(this.#imagePath, { files: this.files }));
    if (disk === undefined) return;
    await this.#write(disk, 1, 1, 1);
    await this.#write(disk, 2, 2, 2);
    await this.#cycle(disk, "complete");
    await this.#try(() => disk.flush());
    await this.#write(disk, 3, 2, 5);
    await this.#cycle(disk, "abandon");
    await this.#write(disk, 9, 1, 6);
    await this.#cycle(disk, "complete");
    await this.#try(() => disk.close());
    await this.#cycle(undefined, "complete");
  }

  /**
   * The fault is gone. Everything must be as it was acknowledged, and the replica with the changes be the
   * image.
   */
  async check(): Promise<void> {
    this.files.heal();
    for (const snapshot of this.#left) await snapshot.abandon();
    const disk = await openTrackedDisk(this.#imagePath, { files: this.files });
    const image = contentOf(disk);
    this.#allowed.forEach((allowed, block) => {
      const part = image.subarray(block * blockSizeBytes, (block + 1) * blockSizeBytes);
      const values = new Set([part[0]!, part[part.length >> 1]!, part[part.length - 1]!]);
      expect(
        [...values].filter((value) => !allowed.has(value)),
        `block ${block}`,
      ).toEqual([]);
    });
    const snapshot = await takeSnapshot([this.#imagePath], { files: this.files });
    const source = snapshot.disks[0]!;
    if (!source.resyncRequired) {
      for (const block of source.changedBlocks()) {
        const [start, end] = [block * blockSizeBytes, (block + 1) * blockSizeBytes];
        image.copy(this.#replica, start, start, end);
      }
      expect(this.#replica.equals(image)).toBe(true);
    }
    await disk.write(Buffer.alloc(sizeBytes, 99), 0);
    expect(contentOf(source).equals(image)).toBe(true);
    await snapshot.complete();
    await disk.close();
  }

  async #cycle(disk: TrackedDisk | undefined, outcome: "complete" | "abandon"): Promise<void> {
    const snapshot = await this.#try(() => takeSnapshot([this.#imagePath], { files: this.files }));
    if (snapshot === undefined) return;
    if (disk !== undefined) await this.#write(disk, 2, 1, 3 + this.errors.length);
    const bytes = await this.#try(() => {
      const source = snapshot.disks[0]!;
      const content = contentOf(source);
      // As the pipeline does: the replica is what it was, with the changed blocks of this snapshot.
      if (source.resyncRequired) return content;
      const replica = Buffer.from(this.#replica);
      for (const block of source.changedBlocks()) {
        const [start, end] = [block * blockSizeBytes, (block + 1) * blockSizeBytes];
        content.copy(replica, start, start, end);
      }
      return replica;
    });
    const end = bytes === undefined ? "abandon" : outcome;
    if (bytes !== undefined && end === "complete") this.#replica = bytes;
    const before = this.errors.length;
    await this.#try(() => snapshot[end]());
    if (this.errors.length > before) this.#left.push(snapshot);
  }

  async #write(disk: TrackedDisk, firstBlock: number, blockCount: number, value: number): Promise<void> {
    const before = this.errors.length;
    const data = Buffer.alloc(blockCount * blockSizeBytes, value);
    await this.#try(() => disk.write(data, firstBlock * blockSizeBytes));
    for (let block = firstBlock; block < firstBlock + blockCount; block += 1) {
      if (this.errors.length === before) this.#allowed[block] = new Set([value]);
      else this.#allowed[block]!.add(value);
    }
  }

  async #try<T>(work: () => Promise<T> | T): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.errors.push(error);
      return undefined;
    }
  }
}

const faults: Omit<Fault, "call">[] = [
  { kind: "ENOSPC" },
  { kind: "ENOSPC", lasting: true },
  { kind: "SHORT" },
  { kind: "SHORT", lasting: true },
  { kind: "EIO" },
  { kind: "EIO", lasting: true },
];

describe("the n-th call fails, for every n", () => {
  for (const fault of faults) {
    const name = `${fault.kind}${fault.lasting ? " from then on" : ""}`;
    it(
      `${name}: a clear error, nothing acknowledged lost, all well afterwards`,
      { timeout: 120_000 },
      async () => {
        let call = 1;
        for (; ; call += 1) {
          const flow = new Flow();
          await flow.prepare();
          flow.files.arm({ ...fault, call });
          await flow.run();
          const { hits } = flow.files;
          for (const error of flow.errors) {
            expect(error).toBeInstanceOf(SiteRecoveryError);
            const { code } = error as SiteRecoveryError;
            expect(["DiskFull", "IoFailed", "Busy"], `call ${call}: ${String(error)}`).toContain(code);
          }
          await flow.check().catch((error: unknown) => {
            throw new Error(`call ${call} of ${name}; errors: ${flow.errors.map(String).join(" | ")}`, {
              cause: error,
            });
          });
          if (hits === 0) {
            expect(flow.errors).toEqual([]);
            break;
          }
        }
        expect(call).toBeGreaterThan(20);
      },
    );
  }
});
