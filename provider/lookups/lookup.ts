/**
 * Lookups tell what the engine holds without declaring anything: one thing by its names, all of a kind, recovery
 * points, jobs. Pulumi's doors offer them as functions. One file a sort of lookup; `registry.ts` lists them.
 */
import type { Engine } from "../engine/engine.ts";
import type { Handler } from "../handlers/handler.ts";
import type { KindName } from "../kinds/kind.ts";
import type { JsonSchema } from "../schemas/json-schema.ts";

/** Where lookups look. */
export interface LookupSource {
  readonly engine: Pick<Engine, "listThings" | "findItem" | "recoveryPoints" | "jobs" | "hosts">;
  handler(kind: KindName): Handler;
}

export interface Lookup {
  /** As programs call it: `getVault`. */
  readonly name: string;
  readonly description: string;
  /** An object; what it takes. */
  readonly inputs: JsonSchema;
  /** An object; what it returns. */
  readonly outputs: JsonSchema;
  /** Throws `NotFound` when the one thing that is asked for is not there. */
  run(source: LookupSource, values: Record<string, unknown>): Promise<object>;
}
