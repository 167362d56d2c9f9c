/**
 * Whether a process server is enough for its machines: by the published capacity of the classic one (500 GB to 2 TB of
 * changes a day and 100 to 200 machines; "add a process server" above), and by its line.
 */
import { figure } from "../../rules/limits.ts";
import type { ForecastInput, ForecastServer } from "./forecast-input.ts";
import { churnShares } from "./churn.ts";

/** Of one process server of the largest size. */
const capacity = {
  churnBytesPerDay: figure("processServerChurnGibibytesPerDay") * 1024 ** 3,
  machines: figure("processServerMachines"),
};

export interface ServerNeed {
  readonly name: string;
  readonly machineCount: number;
  readonly churnBytesPerDay: number;
  /** How many process servers its machines need. */
  readonly serversNeeded: number;
  /** Kilobits a second at which the busiest hour's changes get across within that hour. */
  readonly neededKilobitsPerSecond: number;
}

const hoursPerWeek = 168;
const millisecondsPerHour = 3_600_000;
const bitsPerKilobit = 1000;

/** The share of a day's changes in the busiest hour of a week. */
function busiestHour(input: ForecastInput): number {
  const share = churnShares(input.settings);
  const hours = Array.from(
    { length: hoursPerWeek },
    (_, hour) => input.settings.startsAt + hour * millisecondsPerHour,
  );
  return Math.max(...hours.map((at) => share(at, at + millisecondsPerHour)));
}

export function serverNeeds(input: ForecastInput): ServerNeed[] {
  const busiest = busiestHour(input);
  return input.servers.map(({ name }: ForecastServer) => {
    const machines = input.machines.filter(({ server }) => server === name);
    const churn = machines.reduce((sum, { churnBytesPerDay }) => sum + churnBytesPerDay, 0);
    const sent = machines.reduce(
      (sum, { churnBytesPerDay, compressedRatio }) => sum + churnBytesPerDay * compressedRatio,
      0,
    );
    return {
      name,
      machineCount: machines.length,
      churnBytesPerDay: churn,
      serversNeeded: Math.max(
        machines.length === 0 ? 0 : 1,
        Math.ceil(churn / capacity.churnBytesPerDay),
        Math.ceil(machines.length / capacity.machines),
      ),
      neededKilobitsPerSecond: Math.ceil((sent * busiest * 8) / bitsPerKilobit / 3600),
    };
  });
}
