import { armIdOf, nameOf } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { type DrillInputs, drillKind as kind, type DrillOutputs } from "../kinds/drill.ts";
import { drillRefusal, noteDrill } from "./announced-work.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import { CheckFailure, type Handler, type Live } from "./handler.ts";
import { alreadyExists, goneFromEngine, known } from "./settings-handler.ts";

/** The handler of drills: create = test failover into an isolated network, delete = clean up. */
export function drillHandler(engine: Engine): Handler<DrillInputs, DrillOutputs> {
  const live = (id: string): Live<DrillInputs, DrillOutputs> | undefined => {
    const thing = engine.findThing<DrillInputs>(id);
    const result = thing && engine.drills.result(id, thing.inputs.protectedItemId);
    if (!thing || !result) return undefined;
    return {
      id: thing.id,
      inputs: thing.inputs,
      outputs: { name: nameOf(id), type: kind.armType, properties: result },
    };
  };
  const withDefaults = (inputs: DrillInputs): DrillInputs => ({
    ...inputs,
    recoveryPoint: inputs.recoveryPoint ?? "latest",
  });
  /** Whether the machine is where a drill can be started, after the moves of this run. */
  const rules = (wanted: DrillInputs): CheckFailure[] => {
    const item =
      known(wanted.protectedItemId) === undefined ? undefined : engine.findItem(wanted.protectedItemId);
    const path = [wanted.resourceGroupName, wanted.resourceName, wanted.drillName];
    if (!item || path.some((name) => known(name) === undefined)) return [];
    const isRunning = live(armIdOf(kind, wanted)) !== undefined;
    noteDrill(engine, item.id, isRunning ? undefined : wanted.drillName);
    const reason = isRunning ? undefined : drillRefusal(engine, item);
    return reason === undefined ? [] : [new CheckFailure("protectedItemId", reason)];
  };
  const start: Handler<DrillInputs, DrillOutputs>["create"] = async (wanted, work) => {
    const inputs = withDefaults(wanted);
    const id = armIdOf(kind, inputs);
    await engine.drills.start(id, inputs, work);
    return live(id)!;
  };
  return {
    kind,
    withDefaults,
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      return failures.length > 0 ? failures : rules(wanted);
    },
    diff: async (id, last, wanted) => {
      const found = live(id);
      if (!found) return goneFromEngine(kind, id);
      const changes = compareSettings(withDefaults(wanted), found.inputs, withDefaults(last));
      return { changes, replaces: replacedBy(changes, kind.immutable), notices: [] };
    },
    read: async (id) => live(id),
    create: async (wanted, work) => {
      const found = live(armIdOf(kind, wanted));
      const changes = found ? compareSettings(withDefaults(wanted), found.inputs, found.inputs) : [];
      if (changes.length > 0) throw alreadyExists(kind, found!.id, changes[0]!.property);
      return start(wanted, work);
    },
    update: (_id, _last, wanted, work) => start(wanted, work),
    delete: (id, work) => engine.drills.end(id, work),
  };
}
