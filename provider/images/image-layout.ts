/** An image that is being written. */
export interface ImageLayout {
  /**
   * Where the first block with data is in the file, in bytes, if those with data follow each other without gaps;
   * `undefined` if each is where it is on the disk.
   */
  readonly packedFrom: number | undefined;
  /** Adds blocks with data, ascending, in the order in which they are packed. Their bytes are written by the caller. */
  add(blocks: Uint32Array): void;
  /** Writes the rest once all blocks were written. The caller syncs the file. */
  finish(): void;
}
