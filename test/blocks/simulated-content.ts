import type { FileFacts } from "../../provider/blocks/file-system.ts";
import type { Random } from "../../provider/random.ts";

const pageBytes = 4096;
/** What a device writes as a whole. */
const sectorBytes = 512;

type Pages = Map<number, Buffer>;

/** What a power cut leaves of what was not synced: asked for each sector, each size and each name. */
export interface Survival {
  sectors(random: Random): boolean;
  sizes(random: Random): boolean;
  names(random: Random): boolean;
}

const always = (): boolean => true;
const never = (): boolean => false;
const byChance = (random: Random): boolean => random.integer(2) === 0;

/** The four ways in which a missing sync shows, and the last one mixes them. */
export const survivals: Readonly<Record<"none" | "namesOnly" | "bytesOnly" | "some", Survival>> = {
  /** Only what was synced is left. */
  none: { sectors: never, sizes: never, names: never },
  /** Files have their names and lack their bytes: a rename without data. */
  namesOnly: { sectors: never, sizes: never, names: always },
  /** Bytes arrived; new names did not. */
  bytesOnly: { sectors: always, sizes: always, names: never },
  /** Sectors and names are kept one by one, so that writes are torn and reordered. */
  some: { sectors: byChance, sizes: byChance, names: byChance },
};

/** Each change of a file comes a microsecond after the one before, until `letTimePass`. */
let time = 1_000_000_000n;
let lastInode = 0;

/** Lets the files' clock move on. */
export function letTimePass(milliseconds: number): void {
  time += BigInt(milliseconds) * 1_000_000n;
}

/** The bytes of a file, as pages with holes: as they are now, and as they would be after a power cut. */
export class SimulatedContent {
  sizeBytes = 0;
  inode = String((lastInode += 1));
  changedAtNs = (time += 1000n);
  bornAtNs = this.changedAtNs;
  #pages: Pages = new Map();
  #durable: { sizeBytes: number; changedAtNs: bigint; pages: Pages } = {
    sizeBytes: 0,
    changedAtNs: this.changedAtNs,
    pages: new Map(),
  };
  /** Pages that the next sync brings to the device. */
  #waiting = new Set<number>();

  get allocatedBytes(): number {
    return this.#pages.size * pageBytes;
  }

  facts(): FileFacts {
    const { inode, sizeBytes, changedAtNs, bornAtNs } = this;
    const times = { modifiedAtNs: changedAtNs, changedAtNs, bornAtNs };
    // The simulated file system has no hard links.
    return { inode, sizeBytes, ...times, linkCount: 1, isSocket: false };
  }

  read(buffer: Uint8Array, position: number): number {
    const end = Math.min(position + buffer.length, this.sizeBytes);
    for (let at = position; at < end;) {
      const page = Math.floor(at / pageBytes);
      const stop = Math.min(end, (page + 1) * pageBytes);
      const bytes = this.#pages.get(page);
      const part = buffer.subarray(at - position, stop - position);
      if (bytes === undefined) part.fill(0);
      else part.set(bytes.subarray(at - page * pageBytes, stop - page * pageBytes));
      at = stop;
    }
    return Math.max(0, end - position);
  }

  write(buffer: Uint8Array, position: number): void {
    this.changedAtNs = time += 1000n;
    const end = position + buffer.length;
    for (let at = position; at < end;) {
      const page = Math.floor(at / pageBytes);
      const stop = Math.min(end, (page + 1) * pageBytes);
      // A page is never changed in place: the durable state and clones may have the same one.
      const bytes = Buffer.from(this.#pages.get(page) ?? Buffer.alloc(pageBytes));
      bytes.set(buffer.subarray(at - position, stop - position), at - page * pageBytes);
      this.#put(page, bytes);
      at = stop;
    }
    this.sizeBytes = Math.max(this.sizeBytes, end);
  }

  resize(sizeBytes: number): void {
    this.changedAtNs = time += 1000n;
    const lastPage = Math.floor(sizeBytes / pageBytes);
    for (const page of [...this.#pages.keys()]) if (page > lastPage) this.#put(page, undefined);
    const last = this.#pages.get(lastPage);
    if (last !== undefined) this.#put(lastPage, Buffer.from(last).fill(0, sizeBytes % pageBytes));
    this.sizeBytes = sizeBytes;
  }

  sync(): void {
    const pages = new Map(this.#durable.pages);
    for (const page of this.#waiting) {
      const bytes = this.#pages.get(page);
      if (bytes === undefined) pages.delete(page);
      else pages.set(page, bytes);
    }
    this.#waiting.clear();
    this.#durable = { sizeBytes: this.sizeBytes, changedAtNs: this.changedAtNs, pages };
  }

  /** The waiting bytes are given up; a later sync succeeds and does not bring them. */
  failSync(): void {
    this.#waiting.clear();
  }

  losePower({ sectors, sizes }: Survival, random: Random): void {
    const { sizeBytes, changedAtNs, pages } = this.#durable;
    const kept: Pages = new Map(pages);
    for (const page of this.#waiting) {
      const bytes = mix(pages.get(page), this.#pages.get(page), () => sectors(random));
      if (bytes === undefined) kept.delete(page);
      else kept.set(page, bytes);
    }
    this.#pages = kept;
    // Size and times are in the inode, which is written as a whole.
    const left = sizes(random)
      ? { sizeBytes: this.sizeBytes, changedAtNs: this.changedAtNs }
      : { sizeBytes, changedAtNs };
    this.#waiting.clear();
    this.resize(left.sizeBytes);
    this.#waiting.clear();
    this.changedAtNs = left.changedAtNs;
    this.#durable = { ...left, pages: new Map(this.#pages) };
  }

  clone(): SimulatedContent {
    const copy = new SimulatedContent();
    copy.sizeBytes = this.sizeBytes;
    copy.inode = this.inode;
    copy.changedAtNs = this.changedAtNs;
    copy.bornAtNs = this.bornAtNs;
    copy.#pages = new Map(this.#pages);
    copy.#durable = { ...this.#durable, pages: new Map(this.#durable.pages) };
    copy.#waiting = new Set(this.#waiting);
    return copy;
  }

  #put(page: number, bytes: Buffer | undefined): void {
    if (bytes === undefined) this.#pages.delete(page);
    else this.#pages.set(page, bytes);
    this.#waiting.add(page);
  }
}

/** The page with each sector as it was before or as it is now. */
function mix(before: Buffer | undefined, now: Buffer | undefined, isKept: () => boolean): Buffer | undefined {
  if (before === now) return now;
  const mixed = Buffer.alloc(pageBytes);
  for (let at = 0; at < pageBytes; at += sectorBytes) {
    (isKept() ? now : before)?.copy(mixed, at, at, at + sectorBytes);
  }
  return mixed;
}
