/**
 * Turns a checked definition into declarations: for each resource its logical name, kind, arguments with ids in
 * place of names, and what it depends on. In order: dependencies come first.
 */
import type { Declaration } from "./declaration.ts";
import { declareAzure } from "./declare-azure.ts";
import { declareMachines } from "./declare-machines.ts";
import { declareSites } from "./declare-sites.ts";
import type { StackFile } from "./stack-file.ts";

export function declarationsOf(stack: StackFile): Declaration[] {
  return [...declareAzure(stack), ...declareSites(stack), ...declareMachines(stack)];
}
