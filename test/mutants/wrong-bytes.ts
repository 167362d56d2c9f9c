/** Blocks that are counted wrong, and tags and checksums that are not looked at. */
import { faultsIn, type Mutant } from "./mutant.ts";

const blockSet = ["test/disks/block-set.test.ts"];
const tracked = ["test/disks/tracked-disk-model.test.ts", "test/disks/open-tracked-disk.test.ts"];
const damage = ["test/engine/replication/damage.test.ts", "test/engine/replication/object-damage.test.ts"];
const delta = ["test/engine/replication/apply-delta.test.ts"];
const retry = ["test/engine/replicate/follow-items.test.ts"];

export const wrongBytes: readonly Mutant[] = [
  ...faultsIn(
    "provider/engine/replication/overlay-allocation.ts",
    ["test/engine/replication/attach-point.test.ts"],
    {
      "zeros-of-point": [
        `const isZero = covered > block || !(await view.hasData(block));`,
        `const isZero = true;`,
        "a copy of an attached disk has zeros in place of the recovery point's data",
      ],
      "zeros-of-overlay": [
        `Math.ceil(extent!.end / blockSizeBytes)), isZero: false };`,
        `Math.ceil(extent!.end / blockSizeBytes)), isZero: true };`,
        "a copy of an attached disk has zeros in place of what was written to it",
      ],
    },
  ),
  ...faultsIn("provider/nbd/structured-reply.ts", ["test/nbd/structured-replies.test.ts"], {
    "zeros-sent": [
      `const isZero = extent.isZero && (`,
      `const isZero = extent.lengthBytes > 0 || (`,
      "QEMU reads zeros in place of an attached disk's data",
    ],
  }),
  ...faultsIn("provider/disks/block-set.ts", blockSet, {
    "range-short": [
      `for (let block = firstBlock; block < firstBlock + blockCount; block += 1) this.add(block);`,
      `for (let block = firstBlock; block < firstBlock + blockCount - 1; block += 1) this.add(block);`,
      "the last block of each write is not replicated",
    ],
    "merge-intersects": [
      `const merged = this.#bits[index]! | other.#bits[index]!;`,
      `const merged = this.#bits[index]! & other.#bits[index]!;`,
      "changes of a failed cycle are forgotten",
    ],
    "run-skips": [
      `firstBlock = block;\n      blockCount = 1;`,
      `firstBlock = block;\n      blockCount = 0;`,
      "single blocks are left out of the runs that are read",
    ],
  }),
  ...faultsIn("provider/disks/owned-disk.ts", tracked, {
    "last-block-not-noted": [
      `const blockCount = Math.floor((offset + data.length - 1) / blockSizeBytes) - firstBlock + 1;`,
      `const blockCount = Math.max(1, Math.floor((offset + data.length - 1) / blockSizeBytes) - firstBlock);`,
      "a write over two blocks is replicated by half",
    ],
  }),
  ...faultsIn("provider/disks/disk.ts", ["test/disks/take-snapshot.test.ts", ...tracked], {
    "short-last-block": [
      `return Math.ceil(sizeBytes / blockSizeBytes);`,
      `return Math.max(1, Math.floor(sizeBytes / blockSizeBytes));`,
      "the end of a disk of an odd size is not replicated",
    ],
  }),
  ...faultsIn("provider/disks/change-log.ts", ["test/disks/change-log.test.ts"], {
    "log-range-end": [
      `const end = Math.min(into.limit, firstBlock + blockCount);`,
      `const end = Math.min(into.limit, firstBlock + blockCount - 1);`,
      "the last block of each write is forgotten by a restart",
      ["test/disks/change-log.test.ts", ...tracked],
    ],
  }),
  ...faultsIn("provider/disks/change-log-format.ts", ["test/disks/change-log.test.ts"], {
    "log-record-checksum": [
      `if (bytes.readUInt32LE(at + 12) !== checksum(bytes, at, seed, position)) return undefined;`,
      ``,
      "a damaged change log hides changes",
    ],
    "log-header-checksum": [
      `if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) return undefined;`,
      ``,
      "a log with a damaged header is believed",
    ],
  }),
  ...faultsIn("provider/disks/snapshot-reader.ts", ["test/disks/snapshot-file-damage.test.ts"], {
    "preserved-checksum": [
      `if (crc32(content) !== checksum.readUInt32LE()) this.#refuseDamage(block);`,
      ``,
      "a flipped bit in a snapshot is replicated",
    ],
  }),
  ...faultsIn("provider/replica/sealed-object.ts", damage, {
    "sealed-tag": [
      `      decipher.final(),\n    ]);\n    return { objectId`,
      `    ]);\n    return { objectId`,
      "a forged recovery point is believed",
    ],
  }),
  ...faultsIn("provider/replica/layers/layer-format.ts", damage, {
    "record-tag": [
      `decipher.final();`,
      ``,
      "a forged block is restored",
      ["test/replica/layers/records.test.ts"],
    ],
    "page-tag": [
      `return Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - tagBytes)), decipher.final()]);`,
      `return decipher.update(sealed.subarray(0, sealed.length - tagBytes));`,
      "a forged index says where blocks are",
    ],
  }),
  ...faultsIn("provider/replica/layers/disk-map.ts", ["test/replica/layers", ...delta], {
    "old-layer-wins": [
      `for (const layer of this.#layers) await this.#apply(layer, window);`,
      `for (const layer of [...this.#layers].reverse()) await this.#apply(layer, window);`,
      "a recovery point shows what was overwritten",
    ],
  }),
  ...faultsIn("provider/replica/layers/merge-layers.ts", ["test/power-loss/replicas.test.ts"], {
    "merge-drops-zeros": [
      `writer.addEntry(block, 0, 0, 0);`,
      ``,
      "data that was overwritten with zeros comes back by a merge",
      ["test/engine/replication/merged-zeros.test.ts"],
    ],
  }),
  ...faultsIn("provider/engine/process-server/restore-blocks.ts", delta, {
    "equal-blocks": [
      `return !isEqual;`,
      `return !isEqual && !isZero;`,
      "zeros of the newer side are not failed back",
    ],
  }),
  ...faultsIn("provider/engine/replication-cycle/retry-schedule.ts", retry, {
    "retry-step": [
      `const retryAfterMinutes = [1, 2, 4, 8, 10, 30] as const;`,
      `const retryAfterMinutes = [1, 2, 4, 8, 12, 30] as const;`,
      "a failed replication is tried again at other times than documented",
    ],
  }),
  ...faultsIn("provider/engine/recovery-point/choose-points-to-keep.ts", ["test/engine/recovery-point"], {
    "retention-boundary": [
      `if (ageMinutes > rule.retentionMinutes) continue;`,
      `if (ageMinutes >= rule.retentionMinutes) continue;`,
      "a point of exactly the retention's age is dropped",
    ],
    "app-consistent-first": [
      `if (point.kind !== rival.kind) return point.kind === "AppConsistent";`,
      ``,
      "app-consistent points are pruned in favour of others",
    ],
  }),
];
