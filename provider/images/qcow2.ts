/**
 * QCOW2, version 3: only blocks with data take room in the file. Source: QEMU, docs/interop/qcow2.txt. A cluster is
 * 64 KiB, as a block of ours, so that each block with data is one cluster. The file, in clusters:
 *
 *   header | L1 table | L2 tables | blocks with data | refcount blocks | refcount table
 *
 * There is room for every L2 table; one that no block needs is a hole in the file and counts as free.
 */
import type { OpenFile } from "../blocks/file-system.ts";
import { blockSizeBytes as clusterBytes } from "../disks/disk.ts";
import { SiteRecoveryError } from "../errors.ts";
import { said } from "../message.ts";
import type { ImageLayout } from "./image-layout.ts";

const clusterBits = 16;
const headerBytes = 104;
const sectorBytes = 512;
const entryBytes = 8;
/** Clusters that one L2 table maps, 512 MiB of disk. */
const clustersPerTable = clusterBytes / entryBytes;
const refcountOrder = 4;
/** Clusters that one refcount block counts, 2 GiB of file. */
const countsPerBlock = clusterBytes / 2;
/** Of an entry of the tables: the cluster is used once, so that it may be written in place. */
const usedOnce = 1n << 63n;
/** QEMU reads no larger L1 table. */
const l1BytesMax = 32 * 1024 * 1024;

const clustersIn = (bytes: number): number => Math.ceil(bytes / clusterBytes);

export class Qcow2Layout implements ImageLayout {
  readonly packedFrom: number;
  readonly #file: OpenFile;
  readonly #sizeBytes: number;
  readonly #tableCount: number;
  readonly #l1Clusters: number;
  readonly #l1: Buffer;
  /** The L2 table that blocks are added to, and its number. */
  #table: { readonly number: number; readonly entries: Buffer } | undefined;
  #blockCount = 0;

  /** Throws `InvalidInput` for a disk of more than 2 PiB. */
  constructor(file: OpenFile, diskSizeBytes: number) {
    this.#file = file;
    this.#sizeBytes = Math.ceil(diskSizeBytes / sectorBytes) * sectorBytes;
    this.#tableCount = Math.ceil(clustersIn(diskSizeBytes) / clustersPerTable);
    const l1Bytes = this.#tableCount * entryBytes;
    if (l1Bytes > l1BytesMax) {
      const message = said`A QCOW2 image holds at most 2 PiB. Export the disk with \`--format raw\`.`;
      throw new SiteRecoveryError("InvalidInput", message, { property: "format" });
    }
    this.#l1 = Buffer.alloc(l1Bytes);
    this.#l1Clusters = Math.max(1, clustersIn(l1Bytes));
    this.packedFrom = (1 + this.#l1Clusters + this.#tableCount) * clusterBytes;
  }

  add(blocks: Uint32Array): void {
    for (const block of blocks) {
      const number = Math.floor(block / clustersPerTable);
      if (this.#table?.number !== number) this.#openTable(number);
      const at = BigInt(this.packedFrom + this.#blockCount * clusterBytes);
      this.#table!.entries.writeBigUInt64BE(at | usedOnce, (block % clustersPerTable) * entryBytes);
      this.#blockCount += 1;
    }
  }

  finish(): void {
    this.#closeTable();
    this.#file.write(this.#l1, clusterBytes);
    const refcounts = this.#writeRefcounts();
    this.#file.write(this.#header(refcounts), 0);
  }

  #openTable(number: number): void {
    this.#closeTable();
    this.#table = { number, entries: Buffer.alloc(clusterBytes) };
  }

  #closeTable(): void {
    if (this.#table === undefined) return;
    const { number, entries } = this.#table;
    const at = this.#tableAt(number);
    this.#file.write(entries, at);
    this.#l1.writeBigUInt64BE(BigInt(at) | usedOnce, number * entryBytes);
  }

  #tableAt(number: number): number {
    return (1 + this.#l1Clusters + number) * clusterBytes;
  }

  /** Counts each cluster in use once, those of the counts among them. Returns where the table is. */
  #writeRefcounts(): { tableAt: number; tableClusters: number } {
    const dataEnd = this.packedFrom / clusterBytes + this.#blockCount;
    const { blockCount, tableClusters } = refcountRoom(dataEnd);
    const tableAt = (dataEnd + blockCount) * clusterBytes;
    const end = dataEnd + blockCount + tableClusters;
    const table = Buffer.alloc(tableClusters * clusterBytes);
    for (let number = 0; number < blockCount; number += 1) {
      const first = number * countsPerBlock;
      const counts = Buffer.alloc(clusterBytes);
      for (let cluster = first; cluster < Math.min(end, first + countsPerBlock); cluster += 1) {
        if (this.#isUsed(cluster)) counts.writeUInt16BE(1, (cluster - first) * 2);
      }
      const at = (dataEnd + number) * clusterBytes;
      this.#file.write(counts, at);
      table.writeBigUInt64BE(BigInt(at), number * entryBytes);
    }
    this.#file.write(table, tableAt);
    return { tableAt, tableClusters };
  }

  /** Whether a cluster below the file's end is in use: an L2 table is if a block needs it. */
  #isUsed(cluster: number): boolean {
    const table = cluster - 1 - this.#l1Clusters;
    if (table < 0 || table >= this.#tableCount) return true;
    return this.#l1.readBigUInt64BE(table * entryBytes) !== 0n;
  }

  #header({ tableAt, tableClusters }: { tableAt: number; tableClusters: number }): Buffer {
    const header = Buffer.alloc(clusterBytes);
    header.write("QFI\xfb", 0, "latin1");
    header.writeUInt32BE(3, 4);
    header.writeUInt32BE(clusterBits, 20);
    header.writeBigUInt64BE(BigInt(this.#sizeBytes), 24);
    header.writeUInt32BE(this.#tableCount, 36);
    header.writeBigUInt64BE(BigInt(clusterBytes), 40);
    header.writeBigUInt64BE(BigInt(tableAt), 48);
    header.writeUInt32BE(tableClusters, 56);
    header.writeUInt32BE(refcountOrder, 96);
    header.writeUInt32BE(headerBytes, 100);
    return header;
  }
}

/** Room for the counts of a file whose other clusters are `others`: the counts count themselves as well. */
function refcountRoom(others: number): { blockCount: number; tableClusters: number } {
  let [blockCount, tableClusters] = [1, 1];
  for (;;) {
    const blocksNeeded = Math.ceil((others + blockCount + tableClusters) / countsPerBlock);
    const clustersNeeded = Math.ceil((blocksNeeded * entryBytes) / clusterBytes);
    if (blocksNeeded === blockCount && clustersNeeded === tableClusters) return { blockCount, tableClusters };
    [blockCount, tableClusters] = [
      Math.max(blockCount, blocksNeeded),
      Math.max(tableClusters, clustersNeeded),
    ];
  }
}
