/** Runs an operation of a plan from the terminal: progress, the table at the end, the exit code. */
import type { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import type { Engine, Progress } from "../engine/engine.ts";
import type { PlanOutcome, PlanRequest } from "../engine/recovery-plan/recovery-plans.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfPlan } from "./before-move.ts";
import { runsFrom, runsFromOf } from "../engine/protected-item/runs-from.ts";
import { planNamed } from "./plan-named.ts";
import { planProgress } from "./plan-progress.ts";
import { runJson, runTable } from "./plan-table.ts";
import { runsFromText } from "./runs-from.ts";
import { openSession, printJson } from "./session.ts";

export interface RunFlags extends BeforeFlags {
  /** False with --no-wait. */
  readonly wait?: boolean;
}

/** The exit code of a run that waits for a person. */
export const waitsExitCode = 3;

/** Shows the plan's last run, as a table or for scripts. */
export function showRun(engine: Engine, planId: string, flags: RunFlags): void {
  const view = engine.plans.view(planId);
  const { lastJob } = view;
  if (!lastJob) return;
  if (flags.json === true) printJson(runJson(view, lastJob));
  else process.stdout.write(`${runTable(lastJob)}\n`);
}

/** Runs work on a plan and shows what became of it, of a failure too, which is then thrown on. */
export async function withPlanShown(
  engine: Engine,
  planId: string,
  flags: RunFlags,
  work: (progress: Progress) => Promise<PlanOutcome>,
): Promise<PlanOutcome> {
  const progress = planProgress();
  const jobBefore = engine.plans.view(planId).lastJob;
  try {
    const outcome = await work(progress);
    progress.end();
    showRun(engine, planId, flags);
    if (outcome.state === "Suspended") process.exitCode = waitsExitCode;
    return outcome;
  } catch (error) {
    progress.end();
    // A run that was refused has changed nothing, and there is nothing to show.
    const { lastJob } = engine.plans.view(planId);
    if (lastJob && (lastJob.id !== jobBefore?.id || lastJob.attempts !== jobBefore.attempts)) {
      showRun(engine, planId, flags);
    }
    throw error;
  }
}

/** What the machines that an operation has made run from. */
function madeText(engine: Engine, planId: string, { operation }: PlanRequest): string {
  const isTest = operation === "TestFailover";
  if (!isTest && !["PlannedFailover", "UnplannedFailover", "ChangePit"].includes(operation)) return "";
  const lines = engine.plans.view(planId).items.flatMap((item) => {
    const { testMachine } = item.details;
    const from = isTest ? testMachine && runsFromOf(testMachine, item.details) : runsFrom(item);
    return from === undefined ? [] : [`${nameOf(item.id)} runs as ${from.machine}\n${runsFromText(from)}\n`];
  });
  return lines.join("");
}

/** Runs operations one after the other, until one waits or fails. */
export async function runPlanCommand(
  command: Command,
  name: string,
  requests: (engine: Engine, planId: string) => readonly PlanRequest[],
  flags: RunFlags,
): Promise<void> {
  const engine = await openSession(command);
  const planId = planNamed(engine, name);
  const wanted = requests(engine, planId);
  // A command that was killed between two operations finishes when it is run again. With nothing left the first says so.
  const areRun = wanted.map((request) => engine.plans.isRun(planId, request));
  const outlook = async (): Promise<Outlook> => {
    const first = Math.max(0, areRun.indexOf(false));
    const then = wanted.slice(first + 1).map(({ operation }) => operation);
    return outlookOfPlan(planId, await engine.plans.foresee(planId, wanted[first]!), then);
  };
  if (!(await goesOn(flags, outlook))) return;
  for (const [index, request] of wanted.entries()) {
    // Looked at each time: an operation that ran makes work for the next.
    const isFirstOfNone = index === 0 && areRun.every(Boolean);
    if (!isFirstOfNone && engine.plans.isRun(planId, request)) continue;
    const options = { waits: flags.wait ?? true };
    const run = (progress: Progress): Promise<PlanOutcome> =>
      engine.plans.run(planId, request, progress, options);
    const { state, jobId } = await withPlanShown(engine, planId, flags, run);
    if (state === "Suspended") {
      const next = `When the step is done: \`siterecovery jobs complete ${jobId}\``;
      process.stderr.write(`${nameOf(planId)} waits for a person. ${next}\n`);
      return;
    }
    if (flags.json === true) continue;
    process.stdout.write(
      `${madeText(engine, planId, request)}${nameOf(planId)}: ${request.operation} done\n`,
    );
  }
}
