/**
 * What a command that cannot be taken back would do: shown for `--dry-run`, and on a terminal before it asks once whether
 * to go on. Without a terminal commands run without asking, as scripts expect.
 */
import readline from "node:readline/promises";
import pico from "picocolors";
import { nameOf } from "../arm-id.ts";
import type { ForeseenMove } from "../engine/failover/foresee-step.ts";
import type { Foreseen, ForeseenPoint } from "../engine/job/foresight.ts";
import type { ForeseenPlan, LaterOperation } from "../engine/recovery-plan/recovery-plans.ts";
import type { SiteRecoveryError } from "../errors.ts";
import type { CliCommand } from "./cli-command.ts";
import { exitCodes } from "./exit-codes.ts";
import { formatIndented } from "./format.ts";
import type { ErrorJson } from "./json/error.ts";
import type { PointJson } from "./json/machine.ts";
import type {
  ForeseenLaterJson,
  ForeseenMachineJson,
  ForeseenMoveJson,
  ForeseenPlanJson,
} from "./json/moves.ts";
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
  /** What forbids any of its steps. */
  readonly refusals: readonly SiteRecoveryError[];
  /** Whether the first step is forbidden: the command then ends with the reason before it changes anything. */
  readonly isForbiddenNow: boolean;
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

function laterJson({ title, steps, warnings, refusals }: ForeseenMove): ForeseenLaterJson {
  return { operation: title, steps, warnings, refusals: reasons(refusals) };
}

/** A later step of a machine; the indentation is that of what it is a part of. */
function laterLines(move: ForeseenMove, indentation: string): string[] {
  return [
    ...move.steps.map(({ text }) => `${indentation}  - ${text}`),
    ...noteLines(move).map((line) => `${indentation}${line}`),
  ];
}

/** The outlook of a machine's move, and of those that the command makes after it. */
export function outlookOfMove(
  itemId: string,
  move: ForeseenMove,
  then: readonly ForeseenMove[] = [],
): Outlook {
  const refusals = [move, ...then].flatMap((one) => one.refusals);
  const json: ForeseenMoveJson = {
    operation: move.title,
    allowed: refusals.length === 0,
    ...machineJson(itemId, move),
    then: then.map(laterJson),
  };
  return {
    lines: [
      `${nameOf(itemId)}: ${move.title}`,
      ...pointLine(move.point).map((line) => `  ${line}`),
      ...move.steps.map(({ text }, index) => `  ${index + 1}. ${text}`),
      ...noteLines(move),
      ...then.flatMap((one) => [`  then: ${one.title}`, ...laterLines(one, "  ")]),
    ],
    print: () => printJson("--dry-run", json),
    refusals,
    isForbiddenNow: move.refusals.length > 0,
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

/** The outlook of a plan's run; machines that are where they are to be already take no step. `then` runs after it. */
export function outlookOfPlan(
  planId: string,
  plan: ForeseenPlan,
  then: readonly LaterOperation[] = [],
): Outlook {
  const left = new Set(plan.machines.map(({ itemId }) => itemId.toLowerCase()));
  const isLeft = (step: Step): boolean =>
    !("itemId" in step) || step.kind === "start" || left.has(step.itemId.toLowerCase());
  const stages = plan.stages
    .map(({ group, steps }) => ({
      group,
      steps: steps.filter(isLeft).map((step) => ({ kind: step.kind, text: stepText(step) })),
    }))
    .filter(({ steps }) => steps.length > 0);
  const refusalsNow = [...plan.refusals, ...plan.machines.flatMap((machine) => machine.refusals)];
  const later = then.flatMap(({ machines: all }) => all.flatMap((machine) => machine.refusals));
  const refusals = [...refusalsNow, ...later];
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
    then: then.map(({ operation, machines: all }) => ({
      operation: operation.name,
      machines: all.map((one) => ({ name: nameOf(one.itemId), id: one.itemId, ...laterJson(one) })),
    })),
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
      ...noteLines(plan),
      ...then.flatMap(({ operation, machines: all }) => [
        `  then: ${operation.title}`,
        ...all.flatMap((one) => [`    ${nameOf(one.itemId)}:`, ...laterLines(one, "    ")]),
      ]),
    ],
    print: () => printJson("plan --dry-run", json),
    refusals,
    isForbiddenNow: refusalsNow.length > 0,
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

/** The lines, broken between words for a terminal of `columns` characters; `undefined` where there is none. */
function textOf(lines: readonly string[], columns: number | undefined): string {
  return lines.map((line) => formatIndented(line, columns || Infinity)).join("\n");
}

/**
 * Whether the command continues. For `--dry-run` it prints the outlook, and sets exit code 1 if something forbids the
 * command. On a terminal it asks unless `--yes` is given. Throws `Stopped` for a no.
 */
export async function goesOn(flags: BeforeFlags, outlook: () => Promise<Outlook>): Promise<boolean> {
  if (flags.dryRun === true) {
    const { lines, print, refusals } = await outlook();
    if (flags.json === true) print();
    else process.stdout.write(`${textOf(lines, process.stdout.columns)}\nNothing was changed (--dry-run).\n`);
    if (refusals.length > 0) process.exitCode = exitCodes.refused;
    return false;
  }
  if (flags.yes === true || !process.stdin.isTTY || !process.stderr.isTTY) return true;
  const { lines, isForbiddenNow } = await outlook();
  // What is forbidden is not asked about: the command says why.
  if (isForbiddenNow) return true;
  process.stderr.write(`${textOf(lines, process.stderr.columns)}\n`);
  if (await ask()) return true;
  throw new Stopped("Nothing was changed.", exitCodes.refused);
}
