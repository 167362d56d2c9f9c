/** Recovery plans of a definition: Azure's actions become steps again. */
import { isDeepStrictEqual } from "node:util";
import type { StackGroup, StackPlan, StepOccasion, StackStep, StackSteps } from "../stack/stack-plan.ts";
import type { FolderOf } from "./convert-sites.ts";
import { listAt, present, recordAt, textAt, textsAt, type Values } from "./found-thing.ts";
import { isRecord } from "../record.ts";
import { partOf, propertiesOf, referred, type ThingsOf } from "./things-of.ts";

const occasionOf: Readonly<Record<string, StepOccasion>> = {
  PlannedFailover: "planned",
  UnplannedFailover: "unplanned",
  TestFailover: "test",
};
const onTheWayBack = "RecoveryToPrimary";

function occasionsOf(action: Values): StepOccasion[] {
  const types = (textsAt(action, "failoverTypes") ?? []).flatMap((type) => occasionOf[type] ?? []);
  const directions = textsAt(action, "failoverDirections") ?? [];
  const isOut = directions.some((direction) => direction !== onTheWayBack);
  return [...(isOut ? types : []), ...(directions.includes(onTheWayBack) ? (["failback"] as const) : [])];
}

/** What steps are converted with: where scripts are, and the plan's notes. */
interface Writing {
  readonly folderOf: FolderOf;
  readonly note: (text: string) => void;
}

/** A runbook runs in Azure Automation, which a definition does not have: a person does its work. */
function runbookStep(details: Values, name: string, { note }: Writing): string | undefined {
  if (!/runbook/i.test(textAt(details, "instanceType") ?? "")) return undefined;
  const runbook = referred(details, "runbookId") ?? name;
  note(
    `the step '${name}' runs the runbook ${runbook} in Azure; here the plan will wait for a person who does it`,
  );
  return `Run the runbook ${runbook}, or do what it does.`;
}

function stepFrom(action: Values, writing: Writing): StackStep {
  const { folderOf } = writing;
  const details = recordAt(action, "customDetails");
  const name = textAt(action, "actionName");
  const common = { ...present({ name }), on: occasionsOf(action) };
  const runbook = runbookStep(details, name ?? "", writing);
  if (runbook !== undefined) return { ...common, manual: runbook };
  const script = textAt(details, "path");
  if (script === undefined) return { ...common, manual: textAt(details, "description") ?? name ?? "" };
  const at = textAt(details, "fabricLocation");
  return {
    ...common,
    script: folderOf(script, ""),
    ...(at === undefined
      ? {}
      : { at: at.toLowerCase() === "primary" ? ("primary" as const) : ("recovery" as const) }),
    ...present({ timeout: textAt(details, "timeout") }),
  };
}

/** A step that runs both ways is two actions, one behind the other. */
function stepsFrom(actions: readonly Values[], writing: Writing): StackStep[] {
  const steps: StackStep[] = [];
  for (const action of actions) {
    const step = stepFrom(action, writing);
    const before = steps.at(-1);
    const { on: beforeOn = [], ...beforeRest } = before ?? {};
    const { on = [], ...rest } = step;
    const isWayBack = on.length === 1 && on[0] === "failback" && !beforeOn.includes("failback");
    if (before && isWayBack && isDeepStrictEqual(beforeRest, rest))
      steps[steps.length - 1] = { ...step, on: [...beforeOn, ...on] };
    else steps.push(step);
  }
  return steps;
}

function around(group: Values, writing: Writing): StackSteps {
  const list = (key: string): StackStep[] | undefined =>
    Array.isArray(group[key]) ? stepsFrom(listAt(group, key), writing) : undefined;
  return present({ before: list("startGroupActions"), after: list("endGroupActions") });
}

function groupFrom(group: Values, writing: Writing): StackGroup {
  const machines = listAt(group, "replicationProtectedItems").flatMap((item) => referred(item, "id") ?? []);
  const steps = around(group, writing);
  return Object.keys(steps).length === 0 ? machines : { machines, ...steps };
}

export function plansFrom(things: ThingsOf, folderOf: FolderOf, notes: string[]): StackPlan[] {
  return things.all("recovery-plan").map((inputs) => {
    const name = things.nameOf("recovery-plan", inputs);
    const writing = { folderOf, note: (text: string) => notes.push(`the recovery plan ${name}: ${text}`) };
    const properties = propertiesOf(inputs);
    const groups = listAt(properties, "groups");
    const ofType = (type: string): StackSteps | undefined => {
      const group = groups.find((one) => one["groupType"] === type);
      return group && around(group, writing);
    };
    const failover = inputs["failover"];
    return {
      name,
      ...present({
        site: partOf(textAt(properties, "primaryFabricId"), "replicationFabrics"),
        activeLocation: textAt(inputs, "activeLocation"),
        failover: isRecord(failover) ? failover : undefined,
        shutdown: ofType("Shutdown"),
        move: ofType("Failover"),
      }),
      groups: groups.filter((one) => one["groupType"] === "Boot").map((group) => groupFrom(group, writing)),
    } as StackPlan;
  });
}
