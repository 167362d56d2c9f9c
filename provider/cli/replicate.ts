import { Option } from "commander";
import { nameOf } from "../arm-id.ts";
import { systemClock } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import type { ProtectedItem } from "../model/item.ts";
import { stateFacts } from "../model/states.ts";
import { formatBytes } from "../format-bytes.ts";
import { isRecoverable, type SiteRecoveryError } from "../errors.ts";
import { runSchedules } from "../service/run-schedules.ts";
import { type Outcome, runCycle } from "../service/scheduled-work.ts";
import { CliCommand } from "./cli-command.ts";
import { requireNoneCutShort } from "./cut-short.ts";
import { cycleJson } from "./cycle-json.ts";
import { drillRunJson } from "./drill-json.ts";
import { formatSeconds } from "../format-seconds.ts";
import { exitCodeOfCode, exitCodes, worstExitCode } from "./exit-codes.ts";
import type { ReplicateJson } from "./json/upkeep.ts";
import { itemNamed, openSession, printJson, printJsonLine } from "./session.ts";
import { printAbove, withProgress } from "./terminal-progress.ts";
import { onFirstSignal, type Signal, stoppable } from "./stoppable.ts";
import { isoTime } from "./times.ts";

function takesPart(item: ProtectedItem): boolean {
  return item.state === "EnablingReplication" || stateFacts[item.state].replicates;
}

/** Whether it replicates: neither it nor a machine that shares its recovery points is paused. Reports a pause on stderr. */
function isFree(engine: Engine, item: ProtectedItem): boolean {
  const paused = engine.pausedWith(item.id);
  if (!paused) return true;
  const name = nameOf(paused.id);
  const why = paused.id === item.id ? "it is paused" : `${name}, which shares its recovery points, is paused`;
  process.stderr.write(`${nameOf(item.id)}: left alone, ${why}\n`);
  return false;
}

function errorOf(error: SiteRecoveryError): NonNullable<ReplicateJson["error"]> {
  const { code, message } = error;
  return { code, message, recoverable: isRecoverable(error) };
}

function replicateJson({ id, cycle, drill, waits, error }: Outcome): ReplicateJson {
  const name = nameOf(id);
  if (error) return { name, error: errorOf(error) };
  if (drill) return { name, drill: drillRunJson(drill) };
  if (cycle) return { name, cycle: cycleJson(cycle) };
  if (!waits) return { name };
  const { what, until, text } = waits;
  return { name, waits: { what, ...(until === undefined ? {} : { until: isoTime(until) }), text } };
}

function print(outcome: ReplicateJson): void {
  const { name, cycle, waits, error, drill } = outcome;
  if (drill) {
    const { state, error: why, rpoSeconds, rtoSeconds } = drill;
    const figures =
      rpoSeconds === null || rtoSeconds === null
        ? ""
        : `, RPO ${formatSeconds(rpoSeconds)}, RTO ${rtoSeconds.toFixed(1)} s`;
    const text = `${name}: drill ${state}${figures}${why === null ? "" : `: ${why}`}\n`;
    if (state === "Succeeded") process.stdout.write(text);
    else process.stderr.write(text);
  } else if (error) {
    const hint = error.recoverable ? " (the changes are kept; the next cycle takes them along)" : "";
    process.stderr.write(`${name}: error: ${error.message}${hint}\n`);
  } else if (waits) {
    process.stdout.write(`${name}: waits: ${waits.text}\n`);
  } else if (cycle) {
    const changed = formatBytes(cycle.bytesChanged);
    const sent = `${cycle.blocksSent} blocks, ${formatBytes(cycle.bytesSent)} sent`;
    const seconds = (cycle.durationMilliseconds / 1000).toFixed(2);
    process.stdout.write(
      `${name}: ${changed} changed, ${sent} in ${seconds} s; recovery point ${cycle.pointId}\n`,
    );
  }
}

/** How long running cycles may continue after the signal to stop, in milliseconds. Most end by themselves. */
const graceMilliseconds = 5_000;

/**
 * Cycles by the policy's schedule, and drills by theirs, until Ctrl-C or SIGTERM. Running ones may finish for some seconds; then they stop where
 * they can be resumed. A second signal ends the process at once, as after a kill. Throws `Stopped` if a cycle was cut short.
 */
async function follow(engine: Engine, ids: readonly string[] | undefined, json: boolean): Promise<void> {
  const service = new AbortController();
  let by: Signal = "SIGTERM";
  const forget = onFirstSignal((signal) => {
    by = signal;
    printAbove(() =>
      process.stderr.write(
        "Stopping: the cycles that run are finished first. " +
          `What takes longer than ${graceMilliseconds / 1000} s stops where it can be resumed.\n`,
      ),
    );
    service.abort();
  });
  const tell = (outcome: Outcome): void => {
    const told = replicateJson(outcome);
    if (json) printAbove(() => printJsonLine("replicate --follow", told));
    else if (outcome.error?.code !== "Cancelled" || !service.signal.aborted) printAbove(() => print(told));
  };
  let cutShort: string[];
  try {
    cutShort = await runSchedules(engine, {
      clock: systemClock,
      ...(ids ? { ids } : {}),
      attend: withProgress,
      tell,
      signal: service.signal,
      graceMilliseconds,
    });
  } finally {
    forget();
  }
  requireNoneCutShort(cutShort, by);
}

interface Options {
  readonly resync?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

function exitCodeOfOutcome({ error, waits }: ReplicateJson): number {
  if (error) return exitCodeOfCode(error.code);
  return waits ? exitCodes.notYet : exitCodes.done;
}

/** `siterecovery replicate [items…]`: one replication cycle now, without waiting for the policy's schedule. */
export function replicateCommand(): CliCommand {
  return new CliCommand("replicate")
    .group("daily")
    .exits("notYet", "interrupted", "terminated")
    .description("run one replication cycle now: send what has changed, as a new recovery point")
    .argument("[items...]", "names of protected items (default: all that replicate)")
    .option("--resync", "compare checksums of both sides and send what differs")
    .addOption(new Option("--follow", "repeat on the policy's schedule until Ctrl-C").conflicts("resync"))
    .json("replicate")
    .jsonWith("replicate --follow", { isLines: true })
    .example("replicate web1", "a new recovery point of web1 now")
    .example("replicate --follow", "all machines on their policies' schedules, and drills on theirs")
    .action(async (names: string[], options: Options, command: CliCommand) => {
      const engine = await openSession(command);
      const named = names.length > 0 ? names.map((name) => itemNamed(engine, name)) : undefined;
      if (options.follow === true) {
        const ids = named?.map((item) => item.id);
        return follow(engine, ids, options.json === true);
      }
      const all = named ?? engine.items().filter(takesPart);
      // Naming a paused machine is an error; without names, paused machines are left out.
      const items = named ?? all.filter((item) => isFree(engine, item));
      const outcomes: ReplicateJson[] = [];
      for (const item of items) {
        const mode = options.resync === true ? "resync" : "delta";
        const outcome = replicateJson(await runCycle(engine, item, { attend: stoppable, mode }));
        outcomes.push(outcome);
        if (options.json !== true) print(outcome);
      }
      if (options.json === true) printJson("replicate", outcomes);
      else if (items.length === 0) process.stdout.write("Nothing replicates now.\n");
      process.exitCode = worstExitCode(outcomes.map(exitCodeOfOutcome));
    });
}
