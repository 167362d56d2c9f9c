/**
 * What a command that cannot be taken back would do: shown for `--dry-run`, and on a terminal before it asks once whether
 * to go on. Without a terminal commands run without asking, as scripts expect.
 */
import readline from "node:readline/promises";
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { ForeseenMove } from "../engine/failover/foresee-step.ts";
import type { Foreseen, ForeseenPoint } from "../engine/job/foresight.ts";
import type { ForeseenPlan } from "../engine/recovery-plan/recovery-plans.ts";
import type { SiteRecoveryError } from "../errors.ts";
import type { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import type { ErrorJson } from "./json/error.ts";
import type { PointJson } from "./json/machine.ts";
import type { ForeseenMachineJson, ForeseenMoveJson, ForeseenPlanJson } from "./json/moves.ts";
import { printJson } from "./session.ts";
import { Stopped } from "./stopped.ts";
import { isoTime } from "./times.ts";

export interface BeforeFlags {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** What is foreseen of a command, for people and for scripts. */
export interface Outlook {
  readonly lines: readonly string[];
  print(): void;
  readonly refusals: readonly SiteRecoveryError[];
}

/** The options of commands that cannot be taken back. */
export function withBeforeOptions(
  command: CliCommand,
  dryRun: "--dry-run" | "plan --dry-run" = "--dry-run",
): CliCommand {
  return command
    .option(
      "--dry-run",
      "show what would happen and what forbids it, and change nothing; exit code 1 if forbidden",
    )
    .option("--yes", "do not ask on a terminal")
    .jsonWith(dryRun);
}

function pointJson(point: ForeseenPoint | undefined): PointJson | { lastChanges: true } | null {
  if (point === undefined) return null;
  if (point.isNew === true) return { lastChanges: true };
  return { id: point.id, time: isoTime(point.takenAt), kind: point.kind };
}

function pointLine(point: ForeseenPoint | undefined): string[] {
  if (point === undefined) return [];
  if (point.isNew === true) return ["from its last changes, taken after it is shut down"];
  return [`from recovery point ${point.id} of ${isoTime(point.takenAt)} (${point.kind})`];
}

const reasons = (refusals: readonly SiteRecoveryError[]): ErrorJson[] =>
  refusals.map(({ code, message }) => ({ code, message }));

function machineJson(itemId: string, { point, steps, warnings, refusals }: Foreseen): ForeseenMachineJson {
  return {
    name: nameOf(itemId),
    id: itemId,
    recoveryPoint: pointJson(point),
    steps,
    warnings,
    refusals: reasons(refusals),
  };
}

function noteLines({ warnings, refusals }: Pick<Foreseen, "warnings" | "refusals">): string[] {
  return [
    ...warnings.map((text) => pico.yellow(`  note: ${text}`)),
    ...refusals.map(({ message }) => pico.red(`  forbidden: ${message}`)),
  ];
}

/** The outlook of a machine's move; `then` names what the command does after it. */
export function outlookOfMove(itemId: string, move: ForeseenMove, then: readonly string[] = []): Outlook {
  const allowed = move.refusals.length === 0;
  const json: ForeseenMoveJson = { operation: move.title, allowed, ...machineJson(itemId, move), then };
  return {
    lines: [
      `${nameOf(itemId)}: ${move.title}`,
      ...pointLine(move.point).map((line) => `  ${line}`),
      ...move.steps.map(({ text }, index) => `  ${index + 1}. ${text}`),
      ...then.map((title) => `  then: ${title}`),
      ...noteLines(move),
    ],
    print: () => printJson("--dry-run", json),
    refusals: move.refusals,
  };
}

const stageVerbs = {
  action: "step",
  points: "choose the recovery points",
  synchronise: "send changes of",
  shutDown: "shut down",
  move: "move",
  start: "start",
} as const;

type Step = ForeseenPlan["stages"][number]["steps"][number];

function stepText(step: Step): string {
  if (step.kind === "points") return stageVerbs.points;
  if (step.kind !== "action") return `${stageVerbs[step.kind]} ${nameOf(step.itemId)}`;
  const { customDetails, actionName } = step.action;
  return customDetails.instanceType === "ManualActionDetails"
    ? `wait for a person: ${customDetails.description ?? actionName}`
    : `run ${customDetails.path} at the ${customDetails.fabricLocation.toLowerCase()} side`;
}

/** The outlook of a plan's run; machines that are where they are to be already take no step. */
export function outlookOfPlan(planId: string, plan: ForeseenPlan, then: readonly string[] = []): Outlook {
  const left = new Set(plan.machines.map(({ itemId }) => itemId.toLowerCase()));
  const isLeft = (step: Step): boolean =>
    !("itemId" in step) || step.kind === "start" || left.has(step.itemId.toLowerCase());
  const stages = plan.stages
    .map(({ group, steps }) => ({
      group,
      steps: steps.filter(isLeft).map((step) => ({ kind: step.kind, text: stepText(step) })),
    }))
    .filter(({ steps }) => steps.length > 0);
  const refusals = [...plan.refusals, ...plan.machines.flatMap((machine) => machine.refusals)];
  const machines = plan.machines.map((machine) => ({
    action: machine.action ?? null,
    ...machineJson(machine.itemId, machine),
  }));
  const json: ForeseenPlanJson = {
    plan: nameOf(planId),
    id: planId,
    operation: plan.operation.name,
    allowed: refusals.length === 0,
    stages,
    machines,
    then,
    warnings: plan.warnings,
    refusals: reasons(refusals),
  };
  return {
    lines: [
      `${nameOf(planId)}: ${plan.operation.title}`,
      ...stages.flatMap(({ group, steps }) => steps.map(({ text }) => `  ${group}: ${text}`)),
      ...plan.machines.flatMap((machine) => [
        `  ${nameOf(machine.itemId)}: ${[...pointLine(machine.point), ...machine.steps.map(({ text }) => text)].join("; ")}`,
        ...noteLines(machine),
      ]),
      ...then.map((title) => `  then: ${title}`),
      ...noteLines(plan),
    ],
    print: () => printJson("plan --dry-run", json),
    refusals,
  };
}

async function ask(): Promise<boolean> {
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question("Go on? [y/N] ")).trim());
  } finally {
    terminal.close();
  }
}

/**
 * Whether the command continues. For `--dry-run` it prints the outlook, and sets exit code 1 if something forbids the
 * command. On a terminal it asks unless `--yes` is given. Throws `Stopped` for a no.
 */
export async function goesOn(flags: BeforeFlags, outlook: () => Promise<Outlook>): Promise<boolean> {
  if (flags.dryRun === true) {
    const { lines, print, refusals } = await outlook();
    if (flags.json === true) print();
    else process.stdout.write(`${lines.join("\n")}\nNothing was changed (--dry-run).\n`);
    if (refusals.length > 0) process.exitCode = exitCodes.refused;
    return false;
  }
  if (flags.yes === true || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const { lines, refusals } = await outlook();
  // What is forbidden is not asked about: the command says why.
  if (refusals.length > 0) return true;
  process.stderr.write(`${lines.join("\n")}\n`);
  if (await ask()) return true;
  throw new Stopped("Nothing was changed.", exitCodes.refused);
}
