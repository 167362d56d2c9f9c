/** A fault of one line, kept by hand, that a test must catch. */
export interface Mutant {
  readonly id: string;
  /** From the root of the repository. */
  readonly file: string;
  /** What is replaced: whole lines, without the first one's indentation; in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What a user would lose. */
  readonly breaks: string;
  /** The test files that must catch it. */
  readonly tests: readonly string[];
}

/** Mutants of one file. */
export function faultsIn(
  file: string,
  tests: readonly string[],
  faults: Readonly<
    Record<string, readonly [find: string, replace: string, breaks: string, tests?: readonly string[]]>
  >,
): Mutant[] {
  return Object.entries(faults).map(([id, [find, replace, breaks, own]]) => ({
    id,
    file,
    find,
    replace,
    breaks,
    tests: own ?? tests,
  }));
}
