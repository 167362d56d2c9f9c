/**
 * What a stack definition would come to, without running it: its machines replicate on a clock of their own, by the
 * engine's rules for policies, retention and bandwidth, with the bytes and lines that are given. Tells how long
 * initial copies take, the RPO, what points take up, how many process servers are needed, and the RTO of plans.
 */
import type { ForecastInput, ForecastSettings } from "./forecast-input.ts";
import type { MachineRun } from "./machine-run.ts";
import { planTimes, type PlanTimes } from "./plan-times.ts";
import { type Rise, rpoPercentiles, type RpoPercentiles } from "./rpo-record.ts";
import { runCycles, type Sample } from "./run-cycles.ts";
import { type ServerNeed, serverNeeds } from "./server-need.ts";

export interface MachineForecast {
  readonly name: string;
  readonly server: string;
  readonly dataBytes: number;
  readonly compressedRatio: number;
  readonly churnBytesPerDay: number;
  readonly intervalSeconds: number;
  /** The policy's threshold for alarms; absent: it has none. */
  readonly rpoThresholdSeconds: number | undefined;
  /** From its start to its end; absent: it does not end in this time. */
  readonly initialCopySeconds: number | undefined;
  readonly rpo: RpoPercentiles | undefined;
  readonly cycles: number;
  readonly sentBytes: number;
  readonly pointCount: number;
  /** The most that its points take up at any time. */
  readonly storedMaxBytes: number;
  /** The largest RPO in the time of each sample, in seconds; null while it is not protected. */
  readonly rpoSeries: readonly (number | null)[];
}

export interface ServerForecast extends ServerNeed {
  readonly limitKilobitsPerSecond: number | undefined;
  readonly sentBytes: number;
  /** Kilobits a second in the time of each sample. */
  readonly sentSeries: readonly number[];
}

export interface Forecast {
  readonly settings: ForecastSettings;
  readonly machines: readonly MachineForecast[];
  readonly servers: readonly ServerForecast[];
  readonly plans: readonly PlanTimes[];
  /** Ends of the samples' times, in milliseconds since 1970, and what all points took up then. */
  readonly sampledAt: readonly number[];
  readonly storedSeries: readonly number[];
}

/** The largest RPO within each sample's time. */
function rpoSeries(rises: readonly Rise[], samples: readonly Sample[], startsAt: number): (number | null)[] {
  const series: (number | null)[] = samples.map(() => null);
  const width = (samples.at(-1)!.at - startsAt) / samples.length;
  for (const { endsAt, fromMilliseconds, toMilliseconds } of rises) {
    const beganAt = endsAt - (toMilliseconds - fromMilliseconds);
    const first = Math.max(0, Math.floor((beganAt - startsAt) / width));
    for (let index = first; index < samples.length && startsAt + index * width < endsAt; index += 1) {
      const reached = Math.min(endsAt, samples[index]!.at) - endsAt + toMilliseconds;
      series[index] = Math.max(series[index] ?? 0, reached / 1000);
    }
  }
  return series;
}

function machineForecast(run: MachineRun, samples: readonly Sample[], startsAt: number): MachineForecast {
  const { name, server, dataBytes, churnBytesPerDay } = run.input;
  const { intervalSeconds, rpoThresholdMinutes } = run.rules;
  return {
    ...{ name, server, dataBytes, compressedRatio: run.ratio, churnBytesPerDay, intervalSeconds },
    rpoThresholdSeconds: rpoThresholdMinutes === undefined ? undefined : rpoThresholdMinutes * 60,
    initialCopySeconds:
      run.initialCopyEndedAt === undefined ? undefined : (run.initialCopyEndedAt - run.beganAt!) / 1000,
    rpo: rpoPercentiles(run.rises),
    cycles: run.cycles,
    sentBytes: run.sentBytes,
    pointCount: run.points.count,
    storedMaxBytes: run.points.maxBytes,
    rpoSeries: rpoSeries(run.rises, samples, startsAt),
  };
}

export function forecast(input: ForecastInput): Forecast {
  const { startsAt } = input.settings;
  const { machines, lines, samples } = runCycles(input);
  const ends = machines.map(({ input: { name }, dataBytes }) => ({ name, dataBytes }));
  const needs = serverNeeds(input);
  const sampleSeconds = (samples.at(-1)!.at - startsAt) / samples.length / 1000;
  return {
    settings: input.settings,
    machines: machines.map((machine) => machineForecast(machine, samples, startsAt)),
    servers: lines.map((line, index) => ({
      ...needs[index]!,
      limitKilobitsPerSecond: line.input.bandwidth?.limitKilobitsPerSecond,
      sentBytes: line.sentBytes,
      sentSeries: samples.map(({ sentBytes }) => (sentBytes[index]! * 8) / 1000 / sampleSeconds),
    })),
    plans: input.plans.map((plan) => planTimes(plan, input, ends)),
    sampledAt: samples.map(({ at }) => at),
    storedSeries: samples.map(({ storedBytes }) => storedBytes),
  };
}
