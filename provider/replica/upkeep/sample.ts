/** A part of a store's layer files, so that a verification each day has read all of them after as many days as there are parts. */
export interface Sample {
  /** From 0 to `parts` - 1. */
  readonly part: number;
  readonly parts: number;
}

/** Whether a layer file is in a sample, by its id: 32 hexadecimal digits, drawn by chance. */
export function isInSample(layerId: string, { part, parts }: Sample): boolean {
  return Number.parseInt(layerId.slice(0, 8), 16) % parts === part % parts;
}
