/** Reads a QCOW2 file as its specification says (QEMU, docs/interop/qcow2.txt), and checks its counts of clusters. */
const usedOnce = 1n << 63n;
const offsetMask = 0x00ff_ffff_ffff_fe00n;

export class Qcow2Image {
  readonly sizeBytes: number;
  readonly #file: Buffer;
  readonly #clusterBytes: number;
  /** How often each cluster of the file is used, by its number. */
  readonly #uses = new Map<number, number>();
  /** Where each of the disk's clusters with data is in the file. */
  readonly #places = new Map<number, number>();

  constructor(file: Buffer) {
    this.#file = file;
    if (file.toString("latin1", 0, 4) !== "QFI\xfb" || file.readUInt32BE(4) !== 3)
      throw new Error("no QCOW2 3");
    this.#clusterBytes = 2 ** file.readUInt32BE(20);
    this.sizeBytes = Number(file.readBigUInt64BE(24));
    this.#use(0, this.#clusterBytes);
    this.#readTables();
    this.#checkCounts();
  }

  /** Numbers of the disk's clusters that have data, ascending. */
  get clusters(): number[] {
    return [...this.#places.keys()];
  }

  cluster(number: number): Buffer {
    const at = this.#places.get(number)!;
    return this.#file.subarray(at, at + this.#clusterBytes);
  }

  /** The whole disk: for small ones. */
  content(): Buffer {
    const content = Buffer.alloc(this.sizeBytes);
    for (const number of this.clusters) this.cluster(number).copy(content, number * this.#clusterBytes);
    return content;
  }

  #readTables(): void {
    const l1At = Number(this.#file.readBigUInt64BE(40));
    const l1Count = this.#file.readUInt32BE(36);
    this.#use(l1At, Math.max(1, l1Count * 8));
    for (let table = 0; table < l1Count; table += 1) {
      const tableAt = this.#entry(l1At + table * 8);
      if (tableAt === 0) continue;
      this.#use(tableAt, this.#clusterBytes);
      const perTable = this.#clusterBytes / 8;
      for (let index = 0; index < perTable; index += 1) {
        const at = this.#entry(tableAt + index * 8);
        if (at === 0) continue;
        this.#use(at, this.#clusterBytes);
        this.#places.set(table * perTable + index, at);
      }
    }
  }

  /** Where an entry points to, in bytes; 0 for one that is not used. */
  #entry(at: number): number {
    const entry = this.#file.readBigUInt64BE(at);
    if (entry !== 0n && (entry & usedOnce) === 0n)
      throw new Error(`the entry at ${at} is not marked as used once`);
    if (Number(entry & offsetMask) % this.#clusterBytes !== 0)
      throw new Error(`the entry at ${at} is not aligned`);
    return Number(entry & offsetMask);
  }

  #use(at: number, bytes: number): void {
    for (let cluster = at / this.#clusterBytes; cluster < (at + bytes) / this.#clusterBytes; cluster += 1) {
      this.#uses.set(cluster, (this.#uses.get(cluster) ?? 0) + 1);
    }
  }

  #checkCounts(): void {
    const tableAt = Number(this.#file.readBigUInt64BE(48));
    const tableBytes = this.#file.readUInt32BE(56) * this.#clusterBytes;
    this.#use(tableAt, tableBytes);
    const blocks: number[] = [];
    for (let at = tableAt; at < tableAt + tableBytes; at += 8) {
      const block = Number(this.#file.readBigUInt64BE(at) & offsetMask);
      blocks.push(block);
      if (block !== 0) this.#use(block, this.#clusterBytes);
    }
    const perBlock = this.#clusterBytes / 2;
    const clusters = Math.ceil(this.#file.length / this.#clusterBytes);
    for (let cluster = 0; cluster < clusters; cluster += 1) {
      const block = blocks[Math.floor(cluster / perBlock)] ?? 0;
      const count = block === 0 ? 0 : this.#file.readUInt16BE(block + (cluster % perBlock) * 2);
      const uses = this.#uses.get(cluster) ?? 0;
      if (count !== uses)
        throw new Error(`cluster ${cluster} is used ${uses} times and counted ${count} times`);
    }
  }
}
