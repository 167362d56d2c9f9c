/** How a plan and a run of it look in the terminal. */
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { PlanJob, PlanView } from "../engine/recovery-plan/recovery-plans.ts";
import { planCommandsOf } from "../engine/recovery-plan/plan-commands.ts";
import { stateFacts } from "../model/states.ts";
import { runsFrom } from "../model/runs-from.ts";
import type { PlanRunJson } from "./json/plans.ts";
import { runsFromJson } from "./runs-from.ts";
import { isoTime, isoTimeOrNull } from "./times.ts";
import { formatTable, formatTime } from "./format.ts";
import { formatSeconds } from "../format-seconds.ts";

type Task = PlanJob["tasks"][number];

/** What a step's result says to people. */
function noteOf({ result }: Task): string {
  const kept = (result ?? {}) as Record<string, unknown>;
  const { skipped, error, comments, exitCode, output } = kept;
  if (error !== undefined) return (error as { message: string }).message.split("\n")[0]!;
  if (typeof skipped === "string") return skipped;
  if (typeof comments === "string") return comments === "" ? "completed" : `completed: ${comments}`;
  if (exitCode === undefined) return "";
  return String(output).trimEnd().split("\n").at(-1) ?? "";
}

function coloured(state: string): string {
  if (state === "Succeeded") return pico.green(state);
  if (state === "Failed") return pico.red(state);
  return state === "NotStarted" ? pico.dim(state) : pico.yellow(state);
}

/** A line a step: group, machine or action, state, time, note. */
export function runTable(job: PlanJob): string {
  const rows = job.tasks.map((task) => {
    const [group = "", ...name] = task.name.split(": ");
    const { startedAt, endedAt } = task;
    const took =
      startedAt === undefined || endedAt === undefined ? "-" : formatSeconds((endedAt - startedAt) / 1000);
    return [group, name.join(": "), coloured(task.state), took, noteOf(task)];
  });
  return formatTable(["GROUP", "MACHINE OR STEP", "STATE", "TOOK", "NOTE"], rows);
}

/** An operation of a plan that ran. */
export function planJobJson(job: PlanJob): Pick<PlanRunJson, "job" | "tasks"> {
  return {
    job: {
      id: job.id,
      operation: job.operation,
      scenario: job.scenario,
      state: job.state,
      attempts: job.attempts,
      startedAt: isoTime(job.startedAt),
      endedAt: isoTimeOrNull(job.endedAt),
      error: job.error ? { code: job.error.code, message: job.error.message } : null,
    },
    tasks: job.tasks.map((task) => ({
      group: task.name.split(": ")[0]!.replace(/ (start|end)$/, ""),
      name: task.name,
      state: task.state,
      startedAt: isoTimeOrNull(task.startedAt),
      endedAt: isoTimeOrNull(task.endedAt),
      result: task.result ?? null,
    })),
  };
}

/** A run, and where the plan's machines are now. */
export function runJson(view: PlanView, job: PlanJob): PlanRunJson {
  return {
    plan: nameOf(view.id),
    id: view.id,
    ...planJobJson(job),
    machines: view.items.map((item) => ({ name: nameOf(item.id), runsFrom: runsFromJson(runsFrom(item)) })),
    activeLocation: view.activeLocation ?? null,
    allowedOperations: view.allowedOperations,
    allowedCommands: planCommandsOf(view.id, view.allowedOperations, view.items),
  };
}

/** A step that runs one way only says which. */
function actionText({ name, directions }: PlanView["groups"][number]["startActions"][number]): string {
  if (directions.length !== 1) return name;
  return directions[0] === "PrimaryToRecovery" ? `${name} (failover)` : `${name} (failback)`;
}

function groupRows({ groups }: PlanView): string[][] {
  return groups.flatMap(({ name, machines, startActions, endActions }) => [
    ...startActions.map((action) => [name, `start: ${actionText(action)}`, "", ""]),
    ...machines.map(({ id, item }) => {
      if (!item) return [name, nameOf(id), pico.red("not protected"), ""];
      const test = item.testFailoverState === "None" ? "" : ", test failover running";
      return [name, nameOf(id), stateFacts[item.state].description + test, item.activeLocation];
    }),
    ...endActions.map((action) => [name, `end: ${actionText(action)}`, "", ""]),
  ]);
}

function allowedLines({ id, allowedOperations, underWay, items }: PlanView): string[] {
  const commands = planCommandsOf(id, allowedOperations, underWay === undefined ? items : []);
  return commands.length === 0 ? ["  nothing"] : commands.map((command) => `  ${command}`);
}

/** The plan as it is: its groups, what is allowed, its last run. */
export function planText(view: PlanView): string {
  const { lastJob, underWay } = view;
  const lines = [formatTable(["GROUP", "MACHINE OR STEP", "STATE", "RUNS AT"], groupRows(view))];
  if (underWay !== undefined) lines.push(pico.yellow(`${underWay} is under way`));
  lines.push("Allowed now:", ...allowedLines(view));
  if (!lastJob) return [...lines, "It has not been run yet."].join("\n");
  const { id, state, startedAt, title } = lastJob;
  lines.push(`Last run: ${title} of ${formatTime(startedAt)}, ${coloured(state)} (job ${id})`);
  if (state !== "Succeeded") lines.push(runTable(lastJob));
  if (lastJob.error) lines.push(lastJob.error.message);
  if (state === "Suspended") {
    lines.push(
      `It waits for a person. When the step is done: \`siterecovery jobs complete ${id}\`; to give up: ` +
        `\`siterecovery jobs cancel ${id}\``,
    );
  }
  return lines.join("\n");
}
