/** Runs an operation of a plan from the terminal: progress, the table at the end, the exit code. */
import type { Command } from "commander";
import { nameOf } from "../arm-id.ts";
import type { Engine, Progress } from "../engine/engine.ts";
import type { PlanOutcome, PlanRequest } from "../engine/recovery-plan/recovery-plans.ts";
import { SiteRecoveryError } from "../errors.ts";
import { type BeforeFlags, goesOn, type Outlook, outlookOfPlan } from "./before-move.ts";
import { runsFrom, runsFromOf } from "../model/runs-from.ts";
import { planNamed } from "./plan-named.ts";
import { exitCodes } from "./exit-codes.ts";
import type { PlanOutcomeJson } from "./json/plans.ts";
import { planJobJson, runJson, runTable } from "./plan-table.ts";
import { Printed } from "./printed.ts";
import { runsFromText } from "./runs-from.ts";
import { openSession, printJson } from "./session.ts";
import { terminalProgress } from "./terminal-progress.ts";

export interface RunFlags extends BeforeFlags {
  /** False with --no-wait. */
  readonly wait?: boolean;
}

/** The runs of one command: progress while they run, a table each, or one JSON document at the end. */
export class PlanRuns {
  readonly #engine: Engine;
  readonly #planId: string;
  readonly #flags: RunFlags;
  readonly #done: Pick<PlanOutcomeJson, "job" | "tasks">[] = [];

  constructor(engine: Engine, planId: string, flags: RunFlags) {
    this.#engine = engine;
    this.#planId = planId;
    this.#flags = flags;
  }

  #keep(): void {
    const { lastJob } = this.#engine.plans.view(this.#planId);
    if (!lastJob) return;
    this.#done.push(planJobJson(lastJob));
    if (this.#flags.json !== true) process.stdout.write(`${runTable(lastJob)}\n`);
  }

  /** Runs an operation and shows its table. What stops it is thrown on, with the table shown. */
  async run(work: (progress: Progress) => Promise<PlanOutcome>): Promise<PlanOutcome> {
    const progress = terminalProgress("");
    const jobBefore = this.#engine.plans.view(this.#planId).lastJob;
    try {
      const outcome = await work(progress);
      progress.end();
      this.#keep();
      if (outcome.state === "Suspended") process.exitCode = exitCodes.notYet;
      return outcome;
    } catch (error) {
      progress.end();
      // A run that was refused has changed nothing, and there is nothing to show.
      const { lastJob } = this.#engine.plans.view(this.#planId);
      const hasRun = lastJob && (lastJob.id !== jobBefore?.id || lastJob.attempts !== jobBefore.attempts);
      if (hasRun) this.#keep();
      if (!(error instanceof SiteRecoveryError) || this.#flags.json !== true || this.#done.length === 0)
        throw error;
      this.end(error);
      throw new Printed(error);
    }
  }

  /** Prints the JSON document, if it is wanted. */
  end(error?: SiteRecoveryError): void {
    const last = this.#done.at(-1);
    if (this.#flags.json !== true || last === undefined) return;
    const view = this.#engine.plans.view(this.#planId);
    printJson("plan failover", {
      ...runJson(view, view.lastJob!),
      ...last,
      earlierRuns: this.#done.slice(0, -1),
      error: error === undefined ? null : { code: error.code, message: error.message },
    });
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
  const areRun = await Array.fromAsync(wanted, async (request) => engine.plans.isRun(planId, request));
  const outlook = async (): Promise<Outlook> => {
    const first = Math.max(0, areRun.indexOf(false));
    const foreseen = await engine.plans.foresee(planId, wanted[first]!);
    const then = await engine.plans.foreseeLater(planId, foreseen, wanted.slice(first + 1));
    return outlookOfPlan(planId, foreseen, then);
  };
  if (!(await goesOn(flags, outlook))) return;
  const runs = new PlanRuns(engine, planId, flags);
  for (const [index, request] of wanted.entries()) {
    // Looked at each time: an operation that ran makes work for the next.
    const isFirstOfNone = index === 0 && areRun.every(Boolean);
    if (!isFirstOfNone && (await engine.plans.isRun(planId, request))) continue;
    const options = { waits: flags.wait ?? true };
    const run = (progress: Progress): Promise<PlanOutcome> =>
      engine.plans.run(planId, request, progress, options);
    const { state, jobId } = await runs.run(run);
    if (state === "Suspended") {
      const next = `When the step is done: \`siterecovery jobs complete ${jobId}\``;
      process.stderr.write(`${nameOf(planId)} waits for a person. ${next}\n`);
      break;
    }
    if (flags.json === true) continue;
    const { title } = engine.plans.view(planId).lastJob!;
    process.stdout.write(`${madeText(engine, planId, request)}${nameOf(planId)}: ${title} done\n`);
  }
  runs.end();
}
