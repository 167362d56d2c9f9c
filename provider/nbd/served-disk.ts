/** What is served; a write that was acknowledged is seen over every other connection. */
export interface ServedDisk {
  readonly sizeBytes: number;
  /** Fills all of `buffer` from `offset` on. */
  read(buffer: Uint8Array, offset: number): Promise<void>;
  write(data: Uint8Array, offset: number): Promise<void>;
  /** Makes all acknowledged writes survive a power cut. */
  flush(): Promise<void>;
}
