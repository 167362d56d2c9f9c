/** Policies for drills: when machines were last proven to start, by the signed reports that drills leave. */
import path from "node:path";
import { subscriptionlessKey } from "../arm-id.ts";
import type { DrillReport } from "../drill-report/drill-report.ts";
import type { NoEvidence } from "./drill-evidence.ts";
import { fits } from "./name-patterns.ts";
import { numberOf, type StackPolicy, type Violation } from "./policy.ts";
import { idOf } from "./seen-resource.ts";

const millisecondsPerDay = 86_400_000;

/** A report that has succeeded, and when it ended, in milliseconds since 1970. */
interface Drilled {
  readonly report: DrillReport;
  readonly endedAt: number;
}

function isOf({ machines }: DrillReport, machineId: string): boolean {
  return machines.some(({ itemId }) => subscriptionlessKey(itemId) === machineId);
}

/** The newest that has succeeded. One from the future says nothing of the past. */
function newestOf(reports: readonly DrillReport[], machineId: string, now: number): Drilled | undefined {
  return reports
    .filter((report) => report.result === "Succeeded" && isOf(report, machineId))
    .map((report) => ({ report, endedAt: Date.parse(report.endTime) }))
    .filter(({ endedAt }) => endedAt <= now)
    .toSorted((one, other) => one.endedAt - other.endedAt)
    .at(-1);
}

/** Words on reports that may be of the machine and do not count. */
function rejectedText(rejected: readonly NoEvidence[], machineId: string): string {
  const own = rejected.filter(({ report }) => report === undefined || isOf(report, machineId));
  const [first] = own;
  if (first === undefined) return "";
  const others = own.length === 1 ? "" : `, and ${own.length - 1} more do not either`;
  return `; ${path.basename(first.file)} does not count (${first.why})${others}`;
}

export const machinesDrilled: StackPolicy = {
  id: "machine-drilled",
  description: "Every machine was drilled within the last `maxDays` days, by a signed report that verifies.",
  remedy:
    "Run `siterecovery test-failover <machine> --network <network>`, look at it, then run `siterecovery clean-up <machine>`, which writes the report.",
  control: "CP-4",
  severity: "high",
  level: "advisory",
  options: {
    maxDays: {
      type: "integer",
      minimum: 1,
      default: 90,
      description: "Days after which a machine has to be drilled again.",
    },
    machines: {
      type: "array",
      items: { type: "string" },
      default: ["*"],
      description: "Names of the machines that it is wanted of; `*` matches any characters.",
    },
    reports: {
      type: "string",
      default: ".siterecovery/drill-reports",
      description: "The folder with the reports; a relative path begins at the program's folder.",
    },
    publicKeys: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Files with the vaults' keys, as `siterecovery drill key` prints them; without one it is not known who has signed.",
    },
  },
  check: (resources, options, { now, folder, readEvidence }) => {
    const most = numberOf(options, "maxDays");
    const at = (file: string): string => path.resolve(folder, file);
    const machines = resources.filter(
      ({ kind, name, outputs }) =>
        kind === "protected-item" &&
        // One that is only about to be made cannot have been drilled.
        Object.keys(outputs).length > 0 &&
        fits(name, options["machines"] as readonly string[]),
    );
    if (machines.length === 0) return [];
    const keys = (options["publicKeys"] as readonly string[]).map(at);
    const { reports, rejected } = readEvidence(at(options["reports"] as string), keys);
    return machines.flatMap((machine): Violation[] => {
      // Azure's own test failovers leave no report of this kind.
      if (reports.length + rejected.length === 0 && machine.urn.includes("::azure-native:")) return [];
      const id = idOf(machine);
      if (id === undefined) return [];
      const last = newestOf(reports, id, now);
      const days = last === undefined ? Infinity : (now - last.endedAt) / millisecondsPerDay;
      if (days <= most) return [];
      const when =
        last === undefined
          ? "has no report of a drill that succeeded"
          : `was last drilled ${Math.floor(days)} days ago (report ${last.report.sequence})`;
      const not = rejectedText(rejected, id);
      const message = `${machine.name} ${when}${not}; a drill every ${most} days is wanted`;
      return [{ urn: machine.urn, message }];
    });
  },
};
