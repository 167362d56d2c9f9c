import type { FindingList } from "../yaml/finding-list.ts";
import type { StackDefinition } from "./stack-definition.ts";

/** A definition that was read. */
export interface StackFile {
  /** Absolute path of the definition. */
  readonly file: string;
  readonly definition: StackDefinition;
}

/** One in which nothing is wrong. */
export interface CheckedStack extends StackFile {
  /** Warnings and notes; it can be declared as it is. */
  readonly advice: FindingList;
}
