/** A run of bytes of a disk. */
export interface DiskExtent {
  readonly lengthBytes: number;
  /** Whether it is known to read as zeros. */
  readonly isZero: boolean;
}

/** What is served; a write that was acknowledged is seen over every other connection. */
export interface ServedDisk {
  readonly sizeBytes: number;
  /** Fills all of `buffer` from `offset` on. */
  read(buffer: Uint8Array, offset: number): Promise<void>;
  write(data: Uint8Array, offset: number): Promise<void>;
  /** Makes all acknowledged writes survive a power cut. */
  flush(): Promise<void>;
  /**
   * What is known of the bytes from `offset` on without reading them: one extent or more, none of them empty, together no
   * longer than `lengthBytes`, which is not 0. It may be shorter: then there is more to ask. Where an extent ends within the
   * range and the disk is a multiple of 512: qemu-img takes no other ends for what they are. Absent: all counts as data.
   */
  allocation?(offset: number, lengthBytes: number): Promise<DiskExtent[]>;
}
