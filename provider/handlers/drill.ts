import { armIdOf, nameOf, sameId } from "../arm-id.ts";
import type { Engine } from "../engine/engine.ts";
import { type DrillInputs, drillKind as kind, type DrillOutputs } from "../kinds/drill.ts";
import { given, plain, said } from "../message.ts";
import { isTimeZone } from "../weekly-hours.ts";
import { drillRefusal, noteDrill, unknownSubjectNotices } from "./announced-work.ts";
import { checkSchema } from "./check-schema.ts";
import { compareSettings, replacedBy } from "./compare-settings.ts";
import { CheckFailure, type DiffAnswer, type Handler, type Live } from "./handler.ts";
import { forbiddenNotices } from "./move-machine.ts";
import type { Notice } from "./notice.ts";
import { alreadyExists, goneFromEngine, known } from "./settings-handler.ts";

/** The choices that mean something for each machine of a plan; a recovery point's name is one machine's. */
const choices = [
  "latest",
  "latestProcessed",
  "latestApplicationConsistent",
  "latestMultiVm",
  "latestMultiVmApplicationConsistent",
];

function subjectFailures({ protectedItemId, recoveryPlanId }: DrillInputs): CheckFailure[] {
  if (protectedItemId === undefined && recoveryPlanId === undefined) {
    const reason = said`name what is tested: ${plain("protectedItemId")} for one machine, ${plain("recoveryPlanId")} for the machines of a plan`;
    return [new CheckFailure("protectedItemId", reason)];
  }
  if (protectedItemId !== undefined && recoveryPlanId !== undefined) {
    const reason = said`a drill is of one machine or of one plan; leave ${plain("protectedItemId")} or ${plain("recoveryPlanId")} out`;
    return [new CheckFailure("recoveryPlanId", reason)];
  }
  return [];
}

/** What is wrong with a recovery point or schedule, whatever the drill is of. */
export function drillSettingFailures(
  wanted: Pick<DrillInputs, "recoveryPlanId" | "recoveryPoint" | "schedule">,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const point = known(wanted.recoveryPoint);
  if (wanted.recoveryPlanId !== undefined && point !== undefined && !choices.includes(point)) {
    const reason = said`${given(point, "recoveryPoint")} is one machine's; for a plan take one of ${plain(choices.join(", "))}`;
    failures.push(new CheckFailure("recoveryPoint", reason));
  }
  const timeZone = known(known(wanted.schedule)?.timeZone);
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const reason = said`${given(timeZone, "schedule.timeZone")} is no time zone; take an IANA name such as Europe/London`;
    failures.push(new CheckFailure("schedule.timeZone", reason));
  }
  return failures;
}

/** The handler of drills: create = test failover into an isolated network, or a schedule of them; delete = clean up. */
export function drillHandler(engine: Engine): Handler<DrillInputs, DrillOutputs> {
  const live = (id: string): Live<DrillInputs, DrillOutputs> | undefined => {
    const thing = engine.findThing<DrillInputs>(id);
    const result = thing?.kind === "drill" ? engine.drills.result(id) : undefined;
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
    ...(inputs.schedule === undefined ? {} : { schedule: { at: "03:00", ...inputs.schedule } }),
  });
  /** What is tested, if it is known by now. */
  const subjectOf = (wanted: DrillInputs): string | undefined =>
    known(wanted.recoveryPlanId ?? wanted.protectedItemId);
  /** The machines that the drill would start test machines of now, as far as they are known. One may not be there yet. */
  const itemIdsOf = (wanted: DrillInputs): readonly string[] => {
    const subject = subjectOf(wanted);
    if (wanted.schedule !== undefined || subject === undefined) return [];
    return wanted.recoveryPlanId === undefined ? [subject] : engine.drills.itemIdsOf(wanted);
  };
  /** Whether the machines are where a drill can be started, after the moves of this run. */
  const rules = (wanted: DrillInputs): CheckFailure[] => {
    const path = [wanted.resourceGroupName, wanted.resourceName, wanted.drillName];
    if (path.some((name) => known(name) === undefined)) return [];
    const now = live(armIdOf(kind, wanted));
    const isRunning = now !== undefined && now.inputs.schedule === undefined;
    const property = wanted.recoveryPlanId === undefined ? "protectedItemId" : "recoveryPlanId";
    for (const id of itemIdsOf(wanted)) {
      noteDrill(engine, id, isRunning ? undefined : wanted.drillName);
      const reason = isRunning ? undefined : drillRefusal(engine, id, engine.findItem(id)?.activeLocation);
      if (reason !== undefined) return [new CheckFailure(property, reason)];
    }
    return [];
  };
  /** What forbids the drill of machines that are there, as things are now. A network that is not there yet may be new. */
  const foresee = async (wanted: DrillInputs): Promise<DiffAnswer["notices"]> => {
    const id = armIdOf(kind, wanted);
    const network = known(wanted.networkId);
    if (network === undefined || engine.findThing(network) === undefined) return [];
    const point = known(wanted.recoveryPoint);
    const notices: Notice[] = [];
    for (const protectedItemId of itemIdsOf(wanted)) {
      const item = engine.findItem(protectedItemId);
      // An update runs an initial replication that is due before the drill, and resumes a drill that was cut short.
      if (!item || engine.initialReplicationIsDue(protectedItemId)) continue;
      if (item.details.testMachine?.drillId !== undefined && sameId(item.details.testMachine.drillId, id))
        continue;
      const { recoveryPoint: _point, recoveryPlanId: _plan, ...rest } = wanted;
      const asked = { ...rest, protectedItemId, ...(point === undefined ? {} : { recoveryPoint: point }) };
      const { refusals } = await engine.drills.foresee(id, asked);
      notices.push(...forbiddenNotices(id, refusals));
    }
    return notices;
  };
  const put: Handler<DrillInputs, DrillOutputs>["create"] = async (wanted, work) => {
    const inputs = withDefaults(wanted);
    const id = armIdOf(kind, inputs);
    await engine.drills.put(id, inputs, work);
    return live(id)!;
  };
  return {
    kind,
    withDefaults,
    check: async (wanted) => {
      const failures = checkSchema(kind.kind, wanted);
      if (failures.length > 0) return failures;
      const ofArguments = [...subjectFailures(wanted), ...drillSettingFailures(wanted)];
      return ofArguments.length > 0 ? ofArguments : rules(wanted);
    },
    announceCreation: async (wanted) => {
      if (wanted.schedule !== undefined) return [];
      const subject = subjectOf(wanted);
      if (subject !== undefined && engine.findThing(subject) !== undefined) return foresee(wanted);
      return unknownSubjectNotices(engine, nameOf(armIdOf(kind, wanted)));
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
      return put(wanted, work);
    },
    update: (_id, _last, wanted, work) => put(wanted, work),
    delete: (id, work) => engine.drills.end(id, work),
  };
}
