/** What a test asks of a door of Pulumi's, in plain values: the part of the engine is played by `stack.ts`. */
export type Values = Record<string, unknown>;

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

export interface Kept {
  readonly id: string;
  readonly state: Values;
}

export interface Changes {
  readonly changes: boolean;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

/** What a call that failed tells Pulumi's engine; with `kept` the resource stays in the state. */
export class DoorFailure extends Error {
  readonly kept: Kept | undefined;
  readonly reasons: readonly string[];

  constructor(message: string, reasons: readonly string[], kept?: Kept) {
    super(message);
    this.reasons = reasons;
    this.kept = kept;
  }
}

/** A policy's door: its arguments are those of `ReplicationPolicy`. */
export interface Door {
  /** What was told under resources, in order. */
  readonly told: string[];
  /** What the program calls the resource. */
  logicalName: string;
  check(olds: Values, news: Values): Promise<{ inputs: Values; failures: readonly CheckFailure[] }>;
  diff(kept: Kept, sides: { oldInputs: Values; inputs: Values }): Promise<Changes>;
  /** Throws `DoorFailure`, as all that follow. */
  create(inputs: Values): Promise<Kept>;
  update(kept: Kept, sides: { oldInputs: Values; inputs: Values }): Promise<Kept>;
  read(kept: Kept, inputs: Values): Promise<(Kept & { inputs: Values }) | undefined>;
  delete(kept: Kept): Promise<void>;
  close(): void;
}
