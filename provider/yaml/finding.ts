import type { RuleId } from "../rules/registry.ts";

/** A place in a text. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** How many characters of the line it takes; 1 when that is not known. */
  readonly length?: number;
}

export interface Finding extends Place {
  /** What is broken; `siterecovery explain` explains it. */
  readonly rule: RuleId;
  readonly file: string;
  /** Path of the property: `machines[0].site`; empty when the text itself is wrong. */
  readonly property: string;
  readonly message: string;
}
