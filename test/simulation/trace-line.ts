/** Something that was done in a world, for whoever looks into a failure. */
export interface TraceLine {
  /** 0 is the making of the world. */
  readonly turn: number;
  readonly text: string;
}
