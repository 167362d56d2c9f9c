/** The lease that a process writes replicas under, looked up at each write. */
export interface WriterFence {
  readonly engineId: string;
  /** The lease's epoch as this process knows it; `undefined` for work without one. */
  epoch(): number | undefined;
  /**
   * Renews the lease and returns its epoch; `undefined` for work without one. `beside` is done together with that, or not
   * at all, and survives a power cut. Throws `LeaseLost` when another process has taken the lease over.
   */
  confirm(beside?: () => void): number | undefined;
  /** Gives the lease an epoch above this one. For a person's decision to continue with this engine's database. */
  raise(above: number): void;
}
