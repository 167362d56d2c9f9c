import { connectEngine } from "../connect.ts";
import type { Engine } from "../engine/engine.ts";
import { checkValues } from "../handlers/check-schema.ts";
import type { CheckFailure } from "../handlers/handler.ts";
import { handlerOf } from "../handlers/registry.ts";
import type { Lookup } from "./lookup.ts";

/** What a lookup found, or what is wrong with what it was asked. */
export type Found =
  | {
      readonly found: object;
      /** Settings with secrets, of anything that the engine holds: what was found may quote them. */
      readonly secretSettings: ReturnType<Engine["owners"]["secretSettings"]>;
    }
  | { readonly failures: readonly CheckFailure[] };

/** Runs a lookup over the engine of a home folder. Throws `NotFound` when what it asks for is not there. */
export async function lookUp(lookup: Lookup, values: Record<string, unknown>, home?: string): Promise<Found> {
  const failures = checkValues(lookup.inputs, values);
  if (failures.length > 0) return { failures };
  const engine = await connectEngine(home);
  const source = { engine, handler: (kind: Parameters<typeof handlerOf>[0]) => handlerOf(kind, engine) };
  return { found: await lookup.run(source, values), secretSettings: engine.owners.secretSettings() };
}
