/**
 * Turns a checked definition into declarations: for each resource its logical name, kind, arguments with ids in
 * place of names, and what it depends on. In order; what is depended on stands before.
 */
import type { KindName } from "../kinds/kind.ts";
import { declareAzure } from "./declare-azure.ts";
import { declareMachines } from "./declare-machines.ts";
import { declareSites } from "./declare-sites.ts";
import type { StackFile } from "./read-stack.ts";

export interface Declaration {
  /** Unique in the stack; kinds that may share names have the kind in front: `network/recovery-net`. */
  readonly logicalName: string;
  readonly kind: KindName;
  readonly inputs: object;
  /** Logical names. */
  readonly dependsOn: readonly string[];
}

export function declarationsOf(stack: StackFile): Declaration[] {
  return [...declareAzure(stack), ...declareSites(stack), ...declareMachines(stack)];
}
