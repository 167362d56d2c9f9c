/** The power of one machine, and what its guest has written. */

export interface PowerJson {
  readonly name: string;
  /** Path of the machine's folder. */
  readonly folder: string;
  readonly power: "running" | "off";
  /** False: no guest runs, and its power is a word in a file. */
  readonly isRunByQemu: boolean;
}

export interface PowerOnJson extends PowerJson {
  /** False: it ran already. */
  readonly changed: boolean;
  /** The line of its console by which the guest says that it works; null without `--wait`, or if it is asked for none. */
  readonly word: string | null;
}

export interface PowerOffJson extends PowerJson {
  /** False: it was off already. */
  readonly changed: boolean;
}

export interface ConsoleJson {
  /** Path of the machine's folder. */
  readonly folder: string;
  /** Oldest first. */
  readonly lines: readonly string[];
}

export interface ConsoleLineJson {
  readonly line: string;
}
