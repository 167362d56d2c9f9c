import type { StackDefinition } from "./stack-definition.ts";

/** A definition that was read. */
export interface StackFile {
  /** Absolute path of the definition. */
  readonly file: string;
  readonly definition: StackDefinition;
}
